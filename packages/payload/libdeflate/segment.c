/* Blocks that join into one stream: no final bit, an empty stored block at the end (a sync flush). */
#include "lib/utils.c"
#include "lib/deflate_compress.c"

extern unsigned char __heap_base;
static size_t top;

static void *bump(size_t size)
{
	size_t at = ((top ? top : (size_t)&__heap_base) + 63) & ~(size_t)63;
	size_t missing = at + size - __builtin_wasm_memory_size(0) * 65536;
	if ((long)missing > 0 && __builtin_wasm_memory_grow(0, (missing + 65535) / 65536) == (size_t)-1)
		return NULL;
	top = at + size;
	return (void *)at;
}

static void keep(void *unused) { (void)unused; }

/* Room that is never given back; 0 when there is none. */
__attribute__((export_name("reserve"))) void *reserve(size_t size) { return bump(size); }

/* A compressor of this level; a depth other than 0 replaces the level's own, and so does the length that is good enough. */
__attribute__((export_name("open"))) void *open(int level, unsigned depth, unsigned nice)
{
	struct libdeflate_options options = { sizeof(options), bump, keep };
	struct libdeflate_compressor *c = libdeflate_alloc_compressor_ex(level, &options);
	if (c && depth) {
		c->max_search_depth = depth;
		c->nice_match_length = nice;
	}
	return c;
}

/* Answers the bytes written, 0 when they do not fit. */
__attribute__((export_name("segment"))) size_t segment(struct libdeflate_compressor *c, const u8 *in, size_t size, u8 *out, size_t room)
{
	struct deflate_output_bitstream os = { .next = out, .end = out + room - 6 };

	if (size <= c->max_passthrough_size) {
		size_t made = deflate_compress_none(in, size, out, room);
		out[0] = 0;
		return made;
	}
	c->impl(c, in, size, &os);
	if (os.overflow)
		return 0;
	*os.next++ = os.bitbuf;
	if (os.bitcount > 5)
		*os.next++ = 0;
	memcpy(os.next, "\0\0\377\377", 4);
	return os.next + 4 - out;
}
