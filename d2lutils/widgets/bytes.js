// Numbers that travel in a page as base64.

export const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
export const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);
