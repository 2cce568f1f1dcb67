/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SVG 1.1 (W3C, second edition) with the accessible names of WAI-ARIA: <title>, <desc>, role.
 *
 * Colours are by class, with a second set for dark pages (prefers-color-scheme); the drawing
 * brings its own background, so that it is readable on either. Hues are apart for people who do
 * not tell red from green, and what matters is also written.
 */
#include "tools/plan/svg.h"

static const char style[] =
        "<style>\n"
        "text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#1f2328}\n"
        ".addr{font:12px ui-monospace,'SF Mono',Menlo,'DejaVu Sans Mono',monospace;fill:#57606a}\n"
        ".head{font-size:19px;font-weight:600}.sub{font-size:13px;fill:#57606a}\n"
        ".strong{font-weight:600}.soft{fill:#57606a}.size{fill:#57606a}\n"
        ".inside{fill:#fff;font-weight:600}.good{fill:#116329;font-weight:600}"
        ".bad{fill:#b3261e;font-weight:600}\n"
        ".bg{fill:#fff;stroke:#d0d7de}.edge{fill:none;stroke:#57606a;stroke-width:1.2}\n"
        ".tick{stroke:#afb8c1;stroke-width:1}.rule{stroke:#eaeef2;stroke-width:1}.hatch{stroke:"
        "#8c959f;stroke-width:1.2}"
        ".dot{fill:#8c959f}\n"
        ".clash{fill:#b3261e;fill-opacity:.18;stroke:#b3261e;stroke-width:2}\n"
        ".free{fill:#f6f8fa}.hole{fill:#fff}.paper{fill:#eaeef2}\n"
        ".k0{fill:#0063a6}.k1{fill:#7db8e0}.ini{fill:#14866d}.cmd{fill:#e69f00}"
        ".zp{fill:#c2410c}.sd{fill:#f0a27c}\n"
        ".gdt{fill:#8250df}.pt{fill:#c29bf0}.tr{fill:#bf3989}.em{fill:#f2a7cf}"
        ".stg{fill:#d4c5a0}.bust{fill:#ffd8d3}\n"
        "@media (prefers-color-scheme:dark){\n"
        "text{fill:#e6edf3}.addr,.sub,.soft,.size{fill:#9aa4af}.inside{fill:#fff}\n"
        ".good{fill:#56d364}.bad{fill:#ff7b72}.bg{fill:#0d1117;stroke:#30363d}"
        ".edge{stroke:#8b949e}.tick{stroke:#484f58}.rule{stroke:#21262d}\n"
        ".hatch{stroke:#6e7681}.dot{fill:#6e7681}.clash{fill:#ff7b72;stroke:#ff7b72}\n"
        ".free{fill:#161b22}.hole{fill:#0d1117}.paper{fill:#21262d}\n"
        ".k0{fill:#2f81f7}.k1{fill:#1f4e85}.ini{fill:#2ea88a}.cmd{fill:#d29922}"
        ".zp{fill:#db6d28}.sd{fill:#7a4a2b}\n"
        ".gdt{fill:#a371f7}.pt{fill:#5a3f8c}.tr{fill:#db61a2}.em{fill:#7d3c5f}"
        ".stg{fill:#6b6044}.bust{fill:#5c2b29}}\n"
        "</style>\n"
        "<defs>\n"
        "<pattern id='hatched' width='8' height='8' patternUnits='userSpaceOnUse' "
        "patternTransform='rotate(45)'><rect class='paper' width='8' height='8'/>"
        "<line class='hatch' x1='0' y1='0' x2='0' y2='8'/></pattern>\n"
        "<pattern id='dotted' width='8' height='8' patternUnits='userSpaceOnUse'>"
        "<rect class='paper' width='8' height='8'/><circle class='dot' cx='2' cy='2' r='1.1'/>"
        "<circle class='dot' cx='6' cy='6' r='1.1'/></pattern>\n"
        "<pattern id='lined' width='8' height='6' patternUnits='userSpaceOnUse'>"
        "<rect class='paper' width='8' height='6'/>"
        "<line class='hatch' x1='0' y1='3' x2='8' y2='3'/></pattern>\n"
        "</defs>\n";

static const char *const fills[REGION_KINDS] = {
        [REGION_HOLE] = "class='hole'",
        [REGION_FREE] = "class='free'",
        [REGION_RESERVED] = "fill='url(#hatched)'",
        [REGION_ACPI] = "fill='url(#lined)'",
        [REGION_NVS] = "fill='url(#lined)'",
        [REGION_UNUSABLE] = "class='bust'",
        [REGION_PMEM] = "class='stg'",
        [REGION_KEPT] = "fill='url(#hatched)'",
        [REGION_BUSY] = "fill='url(#dotted)'",
        [REGION_SOURCE] = "fill='url(#dotted)'",
        [REGION_KERNEL] = "class='k0'",
        [REGION_KERNEL_REST] = "class='k1'",
        [REGION_INITRD] = "class='ini'",
        [REGION_CMDLINE] = "class='cmd'",
        [REGION_ZERO_PAGE] = "class='zp'",
        [REGION_SETUP_DATA] = "class='sd'",
        [REGION_START_INFO] = "class='zp'",
        [REGION_GDT] = "class='gdt'",
        [REGION_PAGE_TABLES] = "class='pt'",
        [REGION_TRAMPOLINE] = "class='tr'",
        [REGION_EFI_MAP] = "class='em'",
        [REGION_STAGE] = "class='stg'",
        [REGION_FDT] = "class='zp'",
};

const char *
svg_fill(enum region_kind kind)
{
	return fills[kind];
}

/* Bytes of the UTF-8 character at `s`, 0 if it is none. */
static unsigned
utf8_len(const unsigned char *s)
{
	unsigned n = s[0] < 0x80                    ? 1
	             : s[0] >= 0xc2 && s[0] < 0xe0  ? 2
	             : (s[0] & 0xf0) == 0xe0        ? 3
	             : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
	                                            : 0;

	for (unsigned i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Too long a form, surrogates, beyond U+10FFFF, and U+FFFE, U+FFFF are not XML's. */
	if (n == 3 && ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	                      (s[0] == 0xef && s[1] == 0xbf && s[2] > 0xbd)))
		return 0;
	if (n == 4 && ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)))
		return 0;
	return n;
}

void
svg_escape(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		unsigned n = utf8_len(s);

		if (n == 1 && (*s < ' ' || *s == 0x7f))
			n = 0;
		if (!n)
			fputc('?', out);
		else if (*s == '&')
			fputs("&amp;", out);
		else if (*s == '<')
			fputs("&lt;", out);
		else if (*s == '>')
			fputs("&gt;", out);
		else
			fwrite(s, 1, n, out);
		s += n ? n : 1;
	}
}

void
svg_text(FILE *out, const char *class, const char *anchor, double x, double y, const char *text)
{
	fprintf(out, "<text class='%s' text-anchor='%s' x='%.1f' y='%.1f'>", class, anchor, x,
	        y);
	svg_escape(out, text);
	fputs("</text>\n", out);
}

void
svg_begin(FILE *out, unsigned width, unsigned height, const char *title, const char *desc)
{
	fprintf(out,
	        "<svg xmlns='http://www.w3.org/2000/svg' width='%u' height='%u' viewBox='0 0 %u %u' role='img' aria-labelledby='title desc'>\n<title id='title'>",
	        width, height, width, height);
	svg_escape(out, title);
	fputs("</title>\n<desc id='desc'>", out);
	svg_escape(out, desc);
	fputs("</desc>\n", out);
	fputs(style, out);
	fprintf(out, "<rect class='bg' x='.5' y='.5' width='%u' height='%u' rx='8'/>\n",
	        width - 1, height - 1);
}

void
svg_end(FILE *out)
{
	fputs("</svg>\n", out);
}
