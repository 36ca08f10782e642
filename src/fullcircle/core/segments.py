"""Raw payloads, compressed a batch at a time: a touchpoint holds (segment, ordinal)."""

from collections.abc import Sequence

import msgspec
import zstandard

from fullcircle.core.errors import CorruptStoreError

LEVEL = 1  # level 3 saves 4 % more and costs twice the time
_packer = msgspec.msgpack.Encoder()
_unpacker = msgspec.msgpack.Decoder(list[bytes])


def pack(payloads: Sequence[bytes]) -> bytes:
    """One compressed block; duplicates in it cost next to nothing."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(_packer.encode(payloads))


def unpack(body: bytes) -> list[bytes]:
    """The payloads again. Raises CorruptStoreError when the block is damaged."""
    try:
        return _unpacker.decode(zstandard.ZstdDecompressor().decompress(body, max_output_size=1 << 30))
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise CorruptStoreError(f"A raw segment cannot be read: {error}") from error
