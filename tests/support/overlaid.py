"""Games under the inspector: ``overlaid.py GAME`` with GAME one of the keys of ``GAMES``.

Each line on its standard input is run as Python in the game's loop; what ``look`` finds in the next
frame is said as JSON. ``before`` is when the game has drawn, ``after`` when the buffers are about
to be swapped: in between, the inspector draws.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import queue
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pyglet
from PIL import Image, ImageChops
from pyglet.math import Mat4, Vec3

import exponea_game

if int(pyglet.version.partition(".")[0]) < 3:
    from pyglet import gl

    TRIANGLES = gl.GL_TRIANGLES
else:
    from pyglet.enums import GeometryMode
    from pyglet.graphics.api import gl

    TRIANGLES = GeometryMode.TRIANGLES

WIDTH, HEIGHT = 800, 600
NUMBERS = """
    ACTIVE_TEXTURE ARRAY_BUFFER_BINDING BLEND_DST_ALPHA BLEND_DST_RGB BLEND_EQUATION_ALPHA
    BLEND_EQUATION_RGB BLEND_SRC_ALPHA BLEND_SRC_RGB COLOR_WRITEMASK CULL_FACE_MODE CURRENT_PROGRAM
    DEPTH_FUNC DEPTH_WRITEMASK DRAW_FRAMEBUFFER_BINDING ELEMENT_ARRAY_BUFFER_BINDING FRONT_FACE
    PACK_ALIGNMENT PACK_ROW_LENGTH PIXEL_PACK_BUFFER_BINDING PIXEL_UNPACK_BUFFER_BINDING
    POLYGON_MODE
    READ_FRAMEBUFFER_BINDING RENDERBUFFER_BINDING SAMPLER_BINDING SCISSOR_BOX STENCIL_FUNC
    STENCIL_WRITEMASK TEXTURE_BINDING_2D TEXTURE_BINDING_2D_ARRAY UNIFORM_BUFFER_BINDING
    UNPACK_ALIGNMENT UNPACK_ROW_LENGTH UNPACK_SKIP_PIXELS UNPACK_SKIP_ROWS VERTEX_ARRAY_BINDING
    VIEWPORT
"""
SWITCHES = """
    BLEND COLOR_LOGIC_OP CULL_FACE DEPTH_CLAMP DEPTH_TEST DITHER FRAMEBUFFER_SRGB LINE_SMOOTH
    MULTISAMPLE POLYGON_OFFSET_FILL PRIMITIVE_RESTART PROGRAM_POINT_SIZE RASTERIZER_DISCARD
    SAMPLE_ALPHA_TO_COVERAGE SCISSOR_TEST STENCIL_TEST TEXTURE_CUBE_MAP_SEAMLESS
"""

orders: queue.Queue[str] = queue.Queue()
seen: dict[str, Any] = {}
heard: list[str] = []
frames = 0
window: Any = None


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def state() -> dict[str, Any]:
    """What OpenGL says of itself, with the bindings of unit 0 as well as the active one."""
    found: dict[str, Any] = {}
    values = (ctypes.c_int * 4)()
    for name in NUMBERS.split():
        values[:] = (0, 0, 0, 0)
        gl.glGetIntegerv(getattr(gl, f"GL_{name}"), values)
        found[name] = list(values)
    for name in SWITCHES.split():
        found[name] = bool(gl.glIsEnabled(getattr(gl, f"GL_{name}")))
    unit = found["ACTIVE_TEXTURE"][0]
    gl.glActiveTexture(gl.GL_TEXTURE0)
    for name in ("TEXTURE_BINDING_2D", "SAMPLER_BINDING"):
        gl.glGetIntegerv(getattr(gl, f"GL_{name}"), values)
        found[f"{name} of unit 0"] = values[0]
    gl.glActiveTexture(unit)
    found["projection"] = list(window.projection)
    found["view"] = list(window.view)
    return found


def picture() -> Image.Image:
    """The back buffer."""
    width, height = window.get_framebuffer_size()
    pixels = (ctypes.c_ubyte * (4 * width * height))()
    gl.glReadPixels(0, 0, width, height, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, pixels)
    image = Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, -1)
    return image.convert("RGB")


def look(name: str) -> None:
    """Say what the next frame is like, and keep its picture under a name."""
    seen["wanted"] = name


def compare(one: str, other: str) -> None:
    """Say where two pictures differ; null if they do not."""
    say(differ=ImageChops.difference(seen[one], seen[other]).getbbox())


def watch(kind: Any) -> None:
    """See each frame of this class of windows when it is drawn, and when it is shown."""
    dispatch, flip = kind.dispatch_event, kind.flip
    if hasattr(kind, "present"):  # pyglet 3, whose context shows what was drawn
        from pyglet.graphics.api.gl.xlib import context

        flip = context.XlibContext.present

    def dispatch_event(self: Any, name: str, *arguments: Any) -> Any:
        result = dispatch(self, name, *arguments)
        if name == "on_refresh" and "wanted" in seen:
            seen["before"], seen["game"] = state(), picture()
        elif name.startswith(("on_key", "on_mouse")):
            heard.append(name)
        return result

    def flip_and_look(self: Any) -> None:
        global frames
        frames += 1
        if "before" in seen:
            after, name = state(), seen.pop("wanted")
            seen[name] = picture()
            box = ImageChops.difference(seen["game"], seen[name]).getbbox()
            say(look=name, before=seen.pop("before"), after=after, changed=box)
        flip(self)

    kind.dispatch_event = dispatch_event
    if hasattr(kind, "present"):
        context.XlibContext.present = flip_and_look
    else:
        kind.flip = flip_and_look


def shapes() -> None:
    """In the manner of pyglet's examples: a batch of shapes, a label, a camera."""
    global window
    watch(pyglet.window.Window)
    window = pyglet.window.Window(WIDTH, HEIGHT, caption="Game")
    batch = pyglet.graphics.Batch()
    kept: list[Any] = [pyglet.text.Label("A game", x=20, y=20, font_size=20, batch=batch)]
    for n in range(60):
        x, y, colour = 37 * n % WIDTH, 61 * n % HEIGHT, (n, 255 - n, 90)
        kept.append(pyglet.shapes.Circle(x, y, 30, color=colour, batch=batch))
    window.view = Mat4().scale(Vec3(0.9, 0.9, 1))

    @window.event
    def on_draw() -> None:
        assert kept
        window.clear()
        batch.draw()


def cube() -> None:
    """In the manner of pyglet's 3D examples: depth and a perspective projection."""
    global window
    watch(pyglet.window.Window)
    window = pyglet.window.Window(WIDTH, HEIGHT, caption="Game")
    gl.glEnable(gl.GL_DEPTH_TEST)
    corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    faces = [
        0,
        1,
        3,
        0,
        3,
        2,
        4,
        6,
        7,
        4,
        7,
        5,
        0,
        4,
        5,
        0,
        5,
        1,
        2,
        3,
        7,
        2,
        7,
        6,
        0,
        2,
        6,
        0,
        6,
        4,
    ]
    colours = [255 * (1 + c) // 2 if i < 3 else 255 for p in corners for i, c in enumerate((*p, 1))]
    program = pyglet.graphics.get_default_shader()
    mesh = program.vertex_list_indexed(
        8, TRIANGLES, faces, position=("f", sum(corners, ())), colors=("Bn", colours)
    )
    texture = pyglet.image.create(2, 2).get_texture()

    @window.event
    def on_draw() -> None:
        window.clear()
        window.projection = Mat4.perspective_projection(WIDTH / HEIGHT, 0.1, 50, 60)
        window.view = Mat4.look_at(Vec3(3, 2, 4), Vec3(0, 0, 0), Vec3(0, 1, 0))
        gl.glBindTexture(gl.GL_TEXTURE_2D, texture.id)
        program.use()
        mesh.draw(TRIANGLES)


def untidy() -> None:
    """A game that leaves everything as no other would expect it."""
    shapes()
    sampler, framebuffer = ctypes.c_uint(), ctypes.c_uint()
    gl.glGenSamplers(1, ctypes.byref(sampler))
    gl.glGenFramebuffers(1, ctypes.byref(framebuffer))
    plain = window._event_stack[0]["on_draw"]

    def on_draw() -> None:
        gl.glColorMask(1, 1, 1, 1)
        gl.glPolygonMode(gl.GL_FRONT_AND_BACK, gl.GL_FILL)
        for name in ("SCISSOR_TEST", "CULL_FACE", "DEPTH_TEST", "STENCIL_TEST"):
            gl.glDisable(getattr(gl, f"GL_{name}"))
        gl.glViewport(0, 0, WIDTH, HEIGHT)
        plain()
        for name in ("SCISSOR_TEST", "CULL_FACE", "DEPTH_TEST", "STENCIL_TEST"):
            gl.glEnable(getattr(gl, f"GL_{name}"))
        gl.glScissor(5, 6, 70, 80)
        gl.glViewport(9, 8, 300, 200)
        gl.glStencilFunc(gl.GL_NEVER, 1, 255)
        gl.glCullFace(gl.GL_FRONT_AND_BACK)
        gl.glDepthFunc(gl.GL_NEVER)
        gl.glColorMask(1, 0, 0, 1)
        gl.glPolygonMode(gl.GL_FRONT_AND_BACK, gl.GL_LINE)
        gl.glBlendFuncSeparate(gl.GL_ONE, gl.GL_ONE, gl.GL_ZERO, gl.GL_DST_ALPHA)
        gl.glBlendEquation(gl.GL_FUNC_REVERSE_SUBTRACT)
        gl.glDisable(gl.GL_BLEND)
        gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 2)
        gl.glPixelStorei(gl.GL_UNPACK_ROW_LENGTH, 33)
        gl.glPixelStorei(gl.GL_UNPACK_SKIP_ROWS, 3)
        gl.glBindSampler(0, sampler)
        gl.glActiveTexture(gl.GL_TEXTURE3)

    window.set_handler("on_draw", on_draw)


def arcade() -> None:
    """One of arcade's own examples."""
    global window
    import arcade

    watch(arcade.Window)
    arcade.run = lambda: None
    importlib.import_module("arcade.examples.drawing_primitives")
    window = arcade.get_window()
    window.set_caption("Game")


GAMES = {"shapes": shapes, "cube": cube, "untidy": untidy, "arcade": arcade}


def obey(*_: Any) -> None:
    while not orders.empty():
        line = orders.get()
        exec(line, globals())
        say(done=line)


def listen() -> None:
    for line in sys.stdin:
        orders.put(line.strip())
        pyglet.app.platform_event_loop.post_event(SimpleNamespace(dispatch_event=obey), "on_order")


if __name__ == "__main__":
    GAMES[sys.argv[1]]()
    seen["own"], seen["handlers"] = set(vars(window)), list(window._event_stack)
    exponea_game.configure(app_name="Overlaid")
    exponea_game.attach(window, inspector=True)
    say(ready=True)
    threading.Thread(target=listen, daemon=True).start()
    pyglet.app.run()
