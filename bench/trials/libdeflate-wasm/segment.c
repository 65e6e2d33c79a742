/* Blocks that join into one stream: history before the block, no final bit, an empty stored block at the end (a sync flush). */
#include "lib/utils.c"

static size_t segment_history;
/* run.ts puts this where a level that keeps hash chains begins. */
#define KNOW_HISTORY \
	if (segment_history) { \
		hc_matchfinder_skip_bytes(&c->p.g.hc_mf, &in_cur_base, in_next, in_end, segment_history, next_hashes); \
		in_next += segment_history; \
	}

#include "lib/deflate_compress.c"

extern unsigned char __heap_base;
static size_t top;

static void *bump(size_t size)
{
	size_t at = ((top ? top : (size_t)&__heap_base) + 63) & ~(size_t)63;
	size_t missing = at + size - __builtin_wasm_memory_size(0) * 65536;
	top = at + size;
	if ((long)missing > 0)
		__builtin_wasm_memory_grow(0, (missing + 65535) / 65536);
	return (void *)at;
}

static void keep(void *unused) { (void)unused; }

__attribute__((export_name("reserve"))) void *reserve(size_t size) { return bump(size); }

__attribute__((export_name("open"))) void *open(int level)
{
	struct libdeflate_options options = { sizeof(options), bump, keep };
	return libdeflate_alloc_compressor_ex(level, &options);
}

/* in: history bytes, then size bytes. Answers the bytes written, 0 when they do not fit. */
__attribute__((export_name("segment"))) size_t segment(struct libdeflate_compressor *c, const u8 *in, size_t history, size_t size, u8 *out, size_t room)
{
	struct deflate_output_bitstream os = { .next = out, .end = out + room - 6 };

	if (size <= c->max_passthrough_size) {
		size_t made = deflate_compress_none(in + history, size, out, room);
		out[0] = 0;
		return made;
	}
	segment_history = history;
	c->impl(c, in, history + size, &os);
	if (os.overflow)
		return 0;
	*os.next++ = os.bitbuf;
	if (os.bitcount > 5)
		*os.next++ = 0;
	memcpy(os.next, "\0\0\377\377", 4);
	return os.next + 4 - out;
}
