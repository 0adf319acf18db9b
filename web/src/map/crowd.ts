/**
 * Draws the crowd: every mark as a dot, on the graphics card, in one call.
 *
 * A MapLibre custom layer over a CrowdBuffer. The card works out where each mark is between two
 * fixes, so a frame costs the same few microseconds of JavaScript for ten marks or fifty thousand.
 * Only slots that changed are sent to the card.
 *
 * Positions reach the shader as whole numbers relative to the centre of the view, computed modulo
 * 2³²: near the centre that is exact at every zoom, and there is no seam at ±180°.
 */
import type {
  CustomLayerInterface,
  CustomRenderMethodInput,
  Map as MapLibreMap,
} from 'maplibre-gl';
import {
  BYTES,
  HIDDEN,
  OFFLINE,
  POINTS_AHEAD,
  STALE,
  WORDS,
  type CrowdBuffer,
} from './crowdbuffer';
import type { Camera } from './camera';

export const CROWD_LAYER = 'crowd';

const CORNER = 0;
const PLACES = 1;
const GLIDE = 2;
const PAINT = 3;

const VERTEX_SHADER = `#version 300 es
precision highp float;
precision highp int;
layout(location = ${CORNER}) in vec2 a_corner;
layout(location = ${PLACES}) in uvec4 a_places; // from.xy, to.xy
layout(location = ${GLIDE}) in vec2 a_glide; // began, lasts
layout(location = ${PAINT}) in uvec2 a_paint; // radius and colour, flags and heading
uniform mat4 u_matrix; // turns of the world, from the centre, to clip space
uniform uvec2 u_centre;
uniform float u_now;
uniform vec2 u_pixel; // size of a CSS pixel in clip space
uniform float u_scale;
uniform vec3 u_grey;
out vec2 v_at; // pixels from the middle, y towards the heading
flat out float v_radius;
flat out float v_nose;
flat out vec4 v_colour;

const float STEP = 1.0 / 4294967296.0;
const float TURN = 6.283185307179586 / 65536.0;

void main() {
  uint flags = a_paint.y;
  if ((flags & ${HIDDEN}u) != 0u) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0); // outside: clipped away
    return;
  }
  float share = a_glide.y > 0.0 ? clamp((u_now - a_glide.x) / a_glide.y, 0.0, 1.0) : 1.0;
  vec2 from = vec2(ivec2(a_places.xy - u_centre));
  vec2 way = vec2(ivec2(a_places.zw - a_places.xy));
  vec4 place = u_matrix * vec4((from + way * share) * STEP, 0.0, 1.0);

  bool points = (flags & ${POINTS_AHEAD}u) != 0u;
  float radius = float(a_paint.x >> 24u) * 0.125 * u_scale;
  v_radius = radius;
  v_nose = points ? radius * 1.55 : 0.0;
  float reach = radius + v_nose * 0.5 + 2.5;
  float heading = points ? float(flags & 0xffffu) * TURN : 0.0;
  vec2 ahead = vec2(sin(heading), cos(heading));
  v_at = a_corner * reach + vec2(0.0, v_nose * 0.5);
  vec2 turned = v_at.x * vec2(ahead.y, -ahead.x) + v_at.y * ahead;
  gl_Position = place + vec4(turned * u_pixel * place.w, 0.0, 0.0);

  vec3 colour = vec3(uvec3(a_paint.x, a_paint.x >> 8u, a_paint.x >> 16u) & 255u) / 255.0;
  float grey = (flags & ${OFFLINE}u) != 0u ? 0.85 : (flags & ${STALE}u) != 0u ? 0.6 : 0.0;
  float alpha = (flags & ${OFFLINE}u) != 0u ? 0.6 : (flags & ${STALE}u) != 0u ? 0.85 : 1.0;
  v_colour = vec4(mix(colour, u_grey, grey), alpha);
}`;

const FRAGMENT_SHADER = `#version 300 es
precision highp float;
in vec2 v_at;
flat in float v_radius;
flat in float v_nose;
flat in vec4 v_colour;
uniform vec3 u_ring;
out vec4 o_colour;

// Distance to a drop: a disc, and its two tangents that meet at a tip ahead of it (0: a mere disc).
float drop(vec2 at, float radius, float tip) {
  if (tip <= radius) return length(at) - radius;
  at.x = abs(at.x);
  float sine = radius / tip;
  vec2 outward = vec2(sqrt(1.0 - sine * sine), sine); // normal of the tangent
  float along = dot(at, vec2(-outward.y, outward.x)); // 0 where the tangent touches the disc
  if (along < 0.0) return length(at) - radius;
  if (along > tip * outward.x) return length(at - vec2(0.0, tip));
  return dot(at, outward) - radius;
}

void main() {
  float distance = drop(v_at, v_radius, v_nose > 0.0 ? v_radius + v_nose : 0.0);
  float fill = 1.0 - smoothstep(-1.1, -0.1, distance);
  float ring = 1.0 - smoothstep(0.4, 1.6, distance);
  float alpha = v_colour.a * ring;
  if (alpha < 0.01) discard;
  o_colour = vec4(mix(u_ring, v_colour.rgb, fill), 1.0) * alpha;
}`;

export interface CrowdPalette {
  /** Round every dot, so that neighbours stay apart: the darkness or whiteness of the land. */
  readonly ring: readonly [number, number, number];
  /** What stale marks fade to. */
  readonly grey: readonly [number, number, number];
}

const UNIFORMS = ['matrix', 'centre', 'now', 'pixel', 'scale', 'ring', 'grey'] as const;
type Uniforms = Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>;

/** Dots grow a little as one comes nearer. */
function dotScale(zoom: number): number {
  return Math.max(0.75, Math.min(1.6, 0.7 + zoom * 0.07));
}

export class CrowdLayer implements CustomLayerInterface {
  readonly id = CROWD_LAYER;
  readonly type = 'custom' as const;
  readonly renderingMode = '2d' as const;

  private gl: WebGL2RenderingContext | null = null;
  private map: MapLibreMap | null = null;
  private program: WebGLProgram | null = null;
  private vertices: WebGLVertexArrayObject | null = null;
  private instances: WebGLBuffer | null = null;
  private corners: WebGLBuffer | null = null;
  private uniforms: Uniforms | null = null;
  /** Slots that fit into the card's buffer; less than the table's when that has grown. */
  private room = 0;
  private readonly matrix = new Float32Array(16);

  /**
   * @param camera the view being drawn
   * @param clock seconds, on the table's clock
   */
  constructor(
    private readonly table: CrowdBuffer,
    private readonly camera: () => Camera,
    private readonly clock: () => number,
    public palette: CrowdPalette,
  ) {}

  onAdd(map: MapLibreMap, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.gl = gl;
    const program = link(gl, VERTEX_SHADER, FRAGMENT_SHADER);
    this.program = program;
    this.uniforms = Object.fromEntries(
      UNIFORMS.map((name) => [name, gl.getUniformLocation(program, `u_${name}`)]),
    ) as Uniforms;

    this.vertices = gl.createVertexArray();
    gl.bindVertexArray(this.vertices);
    // A quad per mark and not a GL point: points vanish when their centre leaves the window.
    this.corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(CORNER);
    gl.vertexAttribPointer(CORNER, 2, gl.FLOAT, false, 0, 0);

    this.instances = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.instances);
    for (const attribute of [PLACES, GLIDE, PAINT]) {
      gl.enableVertexAttribArray(attribute);
      gl.vertexAttribDivisor(attribute, 1);
    }
    gl.vertexAttribIPointer(PLACES, 4, gl.UNSIGNED_INT, BYTES, 0);
    gl.vertexAttribPointer(GLIDE, 2, gl.FLOAT, false, BYTES, 16);
    gl.vertexAttribIPointer(PAINT, 2, gl.UNSIGNED_INT, BYTES, 24);
    gl.bindVertexArray(null);
    this.room = 0;
  }

  onRemove(_map: MapLibreMap, gl: WebGL2RenderingContext): void {
    gl.deleteBuffer(this.corners);
    gl.deleteBuffer(this.instances);
    gl.deleteVertexArray(this.vertices);
    gl.deleteProgram(this.program);
    this.gl = null;
    this.map = null;
  }

  render(_context: unknown, input: CustomRenderMethodInput): void {
    const { gl, map, uniforms, table } = this;
    if (!gl || !map || !uniforms || table.count === 0) return;
    gl.useProgram(this.program);
    gl.bindVertexArray(this.vertices);
    this.upload(gl);

    const camera = this.camera();
    gl.uniformMatrix4fv(uniforms.matrix, false, this.relativeTo(map, camera, input));
    gl.uniform2ui(uniforms.centre, camera.centre.x, camera.centre.y);
    gl.uniform1f(uniforms.now, this.clock());
    gl.uniform2f(uniforms.pixel, 2 / camera.width, 2 / camera.height);
    gl.uniform1f(uniforms.scale, dotScale(map.getZoom()));
    gl.uniform3fv(uniforms.ring, this.palette.ring);
    gl.uniform3fv(uniforms.grey, this.palette.grey);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, table.count);
    gl.bindVertexArray(null);
  }

  private upload(gl: WebGL2RenderingContext): void {
    const { table } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.instances);
    const dirty = table.takeDirty();
    if (this.room !== table.capacity) {
      gl.bufferData(gl.ARRAY_BUFFER, table.u32, gl.DYNAMIC_DRAW);
      this.room = table.capacity;
    } else if (dirty) {
      const slots = dirty.last - dirty.first + 1;
      gl.bufferSubData(
        gl.ARRAY_BUFFER,
        dirty.first * BYTES,
        table.u32,
        dirty.first * WORDS,
        slots * WORDS,
      );
    }
  }

  /**
   * MapLibre's matrix with the origin moved to the centre of the view. Multiplied in doubles: in
   * floats, buildings would tremble.
   */
  private relativeTo(
    map: MapLibreMap,
    camera: Camera,
    input: CustomRenderMethodInput,
  ): Float32Array {
    const world = input.defaultProjectionData.mainMatrix;
    // Not wrapped to one world, as `camera.centre` is: while dragging, the centre may be in another.
    const x = map.getCenter().lng / 360 + 0.5;
    const y = camera.centre.y / 2 ** 32;
    for (let i = 0; i < 12; i++) this.matrix[i] = world[i] as number;
    for (let row = 0; row < 4; row++) {
      this.matrix[12 + row] =
        (world[row] as number) * x + (world[4 + row] as number) * y + (world[12 + row] as number);
    }
    return this.matrix;
  }
}

function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('The graphics context was lost.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader); // kept alive by the program until that goes
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = (gl.getAttachedShaders(program) ?? []).map((s) => gl.getShaderInfoLog(s));
    throw new Error(
      `The marker shaders do not link: ${gl.getProgramInfoLog(program)} ${logs.join(' ')}`,
    );
  }
  return program;
}
