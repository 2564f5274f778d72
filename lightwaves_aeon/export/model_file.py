"""The model file: a fitted classifier as plain arrays and a JSON header.

A file is an uncompressed ``.npz`` archive, which NumPy reads, too. It holds no pickle
and no code. Its header names the format and carries a checksum of all arrays.
"""

from __future__ import annotations

__all__ = ["ModelFileError", "is_model_file", "load_model", "save_model"]

import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from lightwaves_aeon.atomic import open_atomic

FORMAT, VERSION = "lightwaves model", 7
HEADER = "header"


class ModelFileError(ValueError):
    """A file that is not a model that can be loaded; the message says why."""


def save_model(
    path: str | Path, header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Write a model file, whole or not at all.

    Parameters
    ----------
    path : str or Path
        Where to; a file that is there already is replaced.
    header : mapping of str to object
        What JSON can say about the model.
    arrays : mapping of str to np.ndarray
        Arrays of numbers, booleans or strings.

    Raises
    ------
    ValueError
        If an array holds Python objects, or the header what JSON cannot say.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from lightwaves_aeon.export.model_file import load_model, save_model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "some.model"
    ...     save_model(path, {"answer": 42}, {"numbers": np.arange(3)})
    ...     header, arrays = load_model(path)
    >>> header, arrays
    ({'answer': 42}, {'numbers': array([0, 1, 2])})
    """
    packed = {name: _packed(name, array) for name, array in arrays.items()}
    try:
        full = {
            "format": FORMAT,
            "version": VERSION,
            "checksum": _checksum(header, packed),
            "content": dict(header),
        }
        text = json.dumps(full)
    except TypeError as error:
        raise ValueError(f"no model file can hold this header: {error}") from error
    with (
        open_atomic(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
    ):
        # Without a date: the same model gives the same file.
        archive.writestr(zipfile.ZipInfo(HEADER), text)
        for name, content in packed.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content)


def is_model_file(start: bytes) -> bool:
    """Tell by its first bytes whether a file is a model file.

    Examples
    --------
    >>> from lightwaves_aeon.export.model_file import is_model_file
    >>> is_model_file(b"precious data")
    False
    """
    return f'"format": "{FORMAT}"'.encode() in start


def load_model(path: str | Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read a model file.

    Nothing is taken on trust: no array takes more memory than the file has bytes.

    Parameters
    ----------
    path : str or Path
        A file that `save_model` wrote.

    Returns
    -------
    header : dict
        The header as it was saved.
    arrays : dict of np.ndarray
        The arrays as they were saved.

    Raises
    ------
    ModelFileError
        If the file is truncated, altered, of a newer version or no model file at all.
    OSError
        If it cannot be read.
    """
    path = Path(path)
    if path.exists() and not (path.is_file() or path.is_dir()):  # it might never end
        raise ModelFileError(f"{path} is no plain file")
    with path.open("rb") as file:
        try:
            header, packed = _read(path, file)
            return header, {name: _unpacked(packed[name]) for name in packed}
        except ModelFileError:
            raise
        except Exception as error:  # whatever is made of a foreign file
            raise ModelFileError(
                f"{path} is no model file, or damaged: {error}"
            ) from error


def _read(path: Path, file: BinaryIO) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _check_members(members, os.fstat(file.fileno()).st_size)
        full = json.loads(archive.read(HEADER))
        if not isinstance(full, dict) or full.get("format") != FORMAT:
            raise ModelFileError(f"{path} is no model file")
        if full.get("version") != VERSION:
            raise ModelFileError(
                f"{path} is a model file of version {full.get('version')}; this "
                f"version of lightwaves-aeon reads version {VERSION}"
            )
        packed = {
            _name(member): archive.read(member)
            for member in members
            if member.filename != HEADER
        }
    header = full.get("content")
    if not isinstance(header, dict) or full.get("checksum") != _checksum(
        header, packed
    ):
        raise ModelFileError(f"{path} is damaged: its checksum does not fit")
    return header, packed


def _check_members(members: Sequence[zipfile.ZipInfo], size: int) -> None:
    """Refuse what would take more memory than the file has bytes, or be read twice."""
    for member in members:
        is_plain = member.compress_type == zipfile.ZIP_STORED
        if not is_plain or member.compress_size != member.file_size:
            raise ValueError(f"{member.filename} is compressed")
    if sum(member.file_size for member in members) > size:
        raise ValueError("it claims to hold more than its size")
    if len({_name(member) for member in members}) < len(members):
        raise ValueError("it holds two arrays of the same name")


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(".npy")


def _packed(name: str, array: np.ndarray) -> bytes:
    if array.dtype.hasobject:
        raise ValueError(f"{name} holds Python objects, which no model file does")
    buffer = io.BytesIO()
    array = np.asarray(array, order="C")
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _unpacked(content: bytes) -> np.ndarray:
    # The checksum fits, but anyone can make one: a shape must not take memory that
    # the content does not fill.
    buffer = io.BytesIO(content)
    version = np.lib.format.read_magic(buffer)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, fortran, dtype = read(buffer)
    if dtype.hasobject or dtype.names or fortran:
        raise ValueError(f"it holds an array of type {dtype}, or in Fortran order")
    values = np.frombuffer(content, dtype, offset=buffer.tell())
    if min(shape, default=0) < 0 or math.prod(shape) != len(values):
        raise ValueError(f"it holds an array that does not fill its shape {shape}")
    # A copy may be written to, and has the byte order of this machine.
    return values.reshape(shape).astype(dtype.newbyteorder("="))


def _checksum(header: Mapping[str, Any], packed: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(packed):
        digest.update(name.encode() + b"\0" + packed[name])
    return digest.hexdigest()
