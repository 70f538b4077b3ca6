"""The book as one file: a PDF to print and an EPUB, made from the pages of the built site."""
