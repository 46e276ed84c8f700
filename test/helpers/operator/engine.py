"""Stands in for Seldon's executor: passes on what it is asked to the model beside it, byte by byte."""

import asyncio

PORTS = {8000: 9000, 5001: 9500}
# The one address that the executor has and the model does not.
ABOUT = b"GET /api/v1.0/metadata/classifier "


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data.replace(ABOUT, b"GET /metadata ", 1) if data.startswith(ABOUT) else data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def forward(port):
    async def serve(reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))

    return serve


async def main():
    for port, target in PORTS.items():
        await asyncio.start_server(forward(target), "0.0.0.0", port)
    await asyncio.Event().wait()


asyncio.run(main())
