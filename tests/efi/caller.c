/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot manager of a few lines: starts what \caller.txt says, one line after the other, and
 * prints the status that came back and how many pages were not.
 *
 * A line is an image's path on our volume and its load options. The first start does not count:
 * the firmware may connect drivers then, which keep memory; and as firmware takes a page for
 * itself now and then, the starts go on until one keeps none, eight at most. The line
 * "5-levels" switches to 5-level paging, which Debian's firmware never does by itself; "strict"
 * lets nothing be executed that is allocated later, as the strictest firmware does;
 * "no-serial" takes the variable away that tells of the console's serial port; "tables-at X"
 * moves the root of the page tables to a page allocated at X when boot services are left;
 * "esrt-at X" has the firmware offer a table of two pages at X, in memory of its boot services.
 */
#include <efi.h>

#define TEXT     8192
#define PATH     512
#define MAP_ROOM 32768
#define STARTS   8
#define ESRT     110 /* entries, more than a page holds */

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);
/* levels.asm: put the page tables in use below the page `top`, which is below 4 GiB. */
void enter_5_levels(uint64_t top);

static EFI_HANDLE self;
static EFI_SYSTEM_TABLE *st;
static EFI_BOOT_SERVICES *bs;
static EFI_LOADED_IMAGE *loaded;
static char text[TEXT];
static uint8_t map[MAP_ROOM] __attribute__((aligned(8)));

static void
print(const char *s)
{
	uint16_t wide[2] = {0, 0};

	for (; *s; s++) {
		wide[0] = (uint8_t)*s;
		st->ConOut->OutputString(st->ConOut, wide);
	}
}

static void
print_number(uint64_t v, unsigned base)
{
	char digits[24], *p = digits + sizeof(digits) - 1;

	*p = 0;
	do
		*--p = "0123456789abcdef"[v % base];
	while (v /= base);
	print(p);
}

static void
print_status(EFI_STATUS status)
{
	static const struct {
		EFI_STATUS status;
		const char *name;
	} known[] = {{EFI_SUCCESS, "success"}, {EFI_LOAD_ERROR, "load error"},
	        {EFI_INVALID_PARAMETER, "invalid parameter"}, {EFI_NOT_FOUND, "not found"},
	        {EFI_OUT_OF_RESOURCES, "out of resources"}, {EFI_DEVICE_ERROR, "device error"},
	        {EFI_ACCESS_DENIED, "access denied"},
	        {EFI_SECURITY_VIOLATION, "security violation"}};

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].status == status) {
			print(known[i].name);
			return;
		}
	}
	print("0x");
	print_number(status, 16);
}

static uint64_t
free_pages(void)
{
	UINTN len = sizeof(map), key, size;
	UINT32 version;
	uint64_t pages = 0;

	if (bs->GetMemoryMap(&len, (EFI_MEMORY_DESCRIPTOR *)map, &key, &size, &version))
		print("caller: no memory map\r\n");
	for (UINTN at = 0; at < len; at += size) {
		const EFI_MEMORY_DESCRIPTOR *d = (const EFI_MEMORY_DESCRIPTOR *)(map + at);

		if (d->Type == EfiConventionalMemory)
			pages += d->NumberOfPages;
	}
	return pages;
}

static UINTN
to_wide(const char *s, uint16_t *out)
{
	UINTN n = 0;

	while (s[n]) {
		out[n] = (uint8_t)s[n];
		n++;
	}
	out[n] = 0;
	return 2 * (n + 1);
}

/* Our volume's device path with the file's behind it, in `out`. */
static void
device_path(const char *name, uint8_t *out)
{
	static EFI_GUID guid = DEVICE_PATH_PROTOCOL;
	EFI_DEVICE_PATH *ours;
	uint16_t wide[PATH];
	UINTN at = 0, len = to_wide(name, wide);

	bs->HandleProtocol(loaded->DeviceHandle, &guid, (void **)&ours);
	while (!IsDevicePathEnd((EFI_DEVICE_PATH *)((uint8_t *)ours + at)))
		at += DevicePathNodeLength((EFI_DEVICE_PATH *)((uint8_t *)ours + at));
	bs->CopyMem(out, ours, at);
	out[at] = MEDIA_DEVICE_PATH;
	out[at + 1] = MEDIA_FILEPATH_DP;
	out[at + 2] = (uint8_t)(len + 4);
	out[at + 3] = (uint8_t)((len + 4) >> 8);
	bs->CopyMem(out + at + 4, wide, len);
	out[at + 4 + len] = END_DEVICE_PATH_TYPE;
	out[at + 5 + len] = END_ENTIRE_DEVICE_PATH_SUBTYPE;
	out[at + 6 + len] = 4;
	out[at + 7 + len] = 0;
}

static EFI_STATUS
start(const char *name, const char *options)
{
	static EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	static uint8_t path[2048];
	static uint16_t wide[TEXT];
	EFI_HANDLE image = NULL;
	EFI_LOADED_IMAGE *its;
	EFI_STATUS status;

	device_path(name, path);
	status = bs->LoadImage(FALSE, self, (EFI_DEVICE_PATH *)path, NULL, 0, &image);
	if (status) {
		print("caller: LoadImage failed\r\n");
		if (image)
			bs->UnloadImage(image);
		return status;
	}
	bs->HandleProtocol(image, &guid, (void **)&its);
	its->LoadOptionsSize = (UINT32)to_wide(options, wide);
	its->LoadOptions = wide;
	return bs->StartImage(image, NULL, NULL);
}

static void
switch_levels(void)
{
	EFI_PHYSICAL_ADDRESS top = 0xffffffff;

	if (bs->AllocatePages(AllocateMaxAddress, EfiBootServicesData, 1, &top))
		return;
	bs->SetMem((void *)(uintptr_t)top, 4096, 0);
	enter_5_levels(top);
	print("caller: in 5-level paging\r\n");
}

/* UEFI 2.10, 37: EFI_MEMORY_ATTRIBUTE_PROTOCOL */
struct memory_attributes {
	void *get;
	EFI_STATUS(EFIAPI *set)
	(struct memory_attributes *, EFI_PHYSICAL_ADDRESS, UINT64 len, UINT64 attributes);
};

static struct memory_attributes *attributes;
static EFI_ALLOCATE_PAGES allocate;

static EFI_STATUS EFIAPI
allocate_for_data(
        EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages, EFI_PHYSICAL_ADDRESS *addr)
{
	EFI_STATUS status = allocate(how, type, pages, addr);

	if (status)
		return status;
	return attributes->set(attributes, *addr, pages * 4096, EFI_MEMORY_XP);
}

/* From now on no page that is allocated can be executed. */
static void
be_strict(void)
{
	static EFI_GUID guid = {
	        0xf4560cf6, 0x40ec, 0x4b4a, {0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89}};

	if (bs->LocateProtocol(&guid, NULL, (void **)&attributes)) {
		print("caller: the firmware has no memory attributes\r\n");
		return;
	}
	allocate = bs->AllocatePages;
	bs->AllocatePages = allocate_for_data;
	print("caller: strict\r\n");
}

/* As firmware that has its console on no serial port. */
static void
hide_serial(void)
{
	static EFI_GUID guid = EFI_GLOBAL_VARIABLE;

	st->RuntimeServices->SetVariable((CHAR16 *)L"ConOut", &guid, 0, 0, NULL);
	print("caller: no ConOut\r\n");
}

static EFI_EXIT_BOOT_SERVICES exit_boot_services;
static EFI_PHYSICAL_ADDRESS tables_at;

/*
 * What firmware may do until boot services are left for good: allocate a page, and run with it.
 * The map key has changed then, so the first try fails.
 */
static EFI_STATUS EFIAPI
exit_with_new_tables(EFI_HANDLE image, UINTN key)
{
	uint64_t root;

	bs->ExitBootServices = exit_boot_services;
	if (bs->AllocatePages(AllocateAddress, EfiBootServicesData, 1, &tables_at))
		print("caller: the page is in use\r\n");
	__asm__ volatile("mov %%cr3, %0" : "=r"(root));
	bs->CopyMem((void *)(uintptr_t)tables_at, (void *)(uintptr_t)(root & ~0xfffull), 4096);
	__asm__ volatile("mov %0, %%cr3" : : "r"(tables_at) : "memory");
	return bs->ExitBootServices(image, key);
}

static EFI_PHYSICAL_ADDRESS
number(const char *hex)
{
	EFI_PHYSICAL_ADDRESS v = 0;

	for (; *hex; hex++)
		v = v * 16 + (EFI_PHYSICAL_ADDRESS)(*hex <= '9' ? *hex - '0' : *hex - 'a' + 10);
	return v;
}

static void
move_tables(EFI_PHYSICAL_ADDRESS at)
{
	tables_at = at;
	exit_boot_services = bs->ExitBootServices;
	bs->ExitBootServices = exit_with_new_tables;
	print("caller: tables-at\r\n");
}

/* UEFI 2.10, 23.4: EFI_SYSTEM_RESOURCE_TABLE */
struct resource_table {
	UINT32 count, max;
	UINT64 version;
	struct {
		EFI_GUID class;
		UINT32 type, version, lowest, flags, last_version, last_status;
	} entry[ESRT];
};

static void
offer_resources(EFI_PHYSICAL_ADDRESS at)
{
	static EFI_GUID guid = {
	        0xb122a263, 0x3661, 0x4f68, {0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80}};
	struct resource_table *t = (struct resource_table *)(uintptr_t)at;

	if (bs->AllocatePages(AllocateAddress, EfiBootServicesData, 2, &at)) {
		print("caller: the pages are in use\r\n");
		return;
	}
	bs->SetMem(t, sizeof(*t), 0);
	t->count = t->max = ESRT;
	t->version = 1;
	for (UINT32 i = 0; i < ESRT; i++) {
		t->entry[i].class = (EFI_GUID){i, 0, 0, {1}};
		t->entry[i].version = 1000 + i;
	}
	bs->InstallConfigurationTable(&guid, t);
	print("caller: esrt-at\r\n");
}

/* UEFI 2.10, 38.2: EFI_CC_MEASUREMENT_PROTOCOL */
struct cc_event {
	UINT32 size, header_size;
	UINT16 version;
	UINT32 index, type;
	CHAR16 text[];
} __attribute__((packed, aligned(2)));

/* Size, two versions, hashes and logs at 8 and 12, and at 16 the kind of machine. */
static EFI_STATUS EFIAPI
cc_capability(void *this, uint8_t *ret)
{
	(void)this;
	bs->SetMem(ret + 1, ret[0] - 1, 0);
	ret[16] = 2; /* Intel TDX */
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI
cc_measure(void *this, UINT64 flags, EFI_PHYSICAL_ADDRESS at, UINT64 len, struct cc_event *e)
{
	(void)this;
	(void)flags;
	(void)at;
	print("caller: register ");
	print_number(e->index, 10);
	print(", type ");
	print_number(e->type, 10);
	print(", ");
	print_number(len, 10);
	print(" bytes: ");
	st->ConOut->OutputString(st->ConOut, e->text);
	print("\r\n");
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI
cc_map(void *this, UINT32 pcr, UINT32 *ret_index)
{
	(void)this;
	*ret_index = pcr == 1 || pcr == 7 ? 1 : pcr < 7 ? 2 : 3;
	return EFI_SUCCESS;
}

static void
offer_cc(void)
{
	static EFI_GUID guid = {
	        0x96751a3d, 0x72f4, 0x41a6, {0xa7, 0x94, 0xed, 0x5d, 0x0e, 0x67, 0xae, 0x6b}};
	static void *protocol[4];
	EFI_HANDLE handle = NULL;

	protocol[0] = (void *)(uintptr_t)cc_capability;
	protocol[2] = (void *)(uintptr_t)cc_measure;
	protocol[3] = (void *)(uintptr_t)cc_map;
	bs->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, protocol);
	print("caller: cc\r\n");
}

static void
prepare(const char *word)
{
	if (word[0] == '5')
		switch_levels();
	else if (word[0] == 's')
		be_strict();
	else if (word[0] == 't')
		move_tables(number(word + sizeof("tables-at")));
	else if (word[0] == 'e')
		offer_resources(number(word + sizeof("esrt-at")));
	else if (word[0] == 'c')
		offer_cc();
	else
		hide_serial();
}

static void
obey(char *line)
{
	char *options = line;
	uint64_t kept = 1;
	EFI_STATUS status = EFI_SUCCESS;

	if (line[0] != '\\') {
		prepare(line);
		return;
	}
	while (*options && *options != ' ')
		options++;
	if (*options)
		*options++ = 0;
	start(line, options);
	for (unsigned i = 0; i < STARTS && kept; i++) {
		uint64_t before = free_pages();

		status = start(line, options);
		kept = before - free_pages();
	}
	print("caller: ");
	print(options);
	print(": ");
	print_status(status);
	print(", pages kept ");
	print_number(kept, 10);
	print("\r\n");
}

static EFI_STATUS
read_text(void)
{
	static EFI_GUID guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
	EFI_FILE_IO_INTERFACE *fs;
	EFI_FILE_HANDLE root, f;
	UINTN len = TEXT - 1;
	EFI_STATUS status = bs->HandleProtocol(loaded->DeviceHandle, &guid, (void **)&fs);

	if (!status)
		status = fs->OpenVolume(fs, &root);
	if (!status)
		status = root->Open(root, &f, (CHAR16 *)L"\\caller.txt", EFI_FILE_MODE_READ, 0);
	if (status)
		return status;
	status = f->Read(f, &len, text);
	f->Close(f);
	root->Close(root);
	return status;
}

EFI_STATUS EFIAPI
efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	static EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	char *line = text;

	self = image;
	st = table;
	bs = table->BootServices;
	bs->HandleProtocol(image, &guid, (void **)&loaded);
	if (read_text())
		print("caller: no \\caller.txt\r\n");
	for (char *p = text; *p; p++) {
		if (*p != '\n')
			continue;
		*p = 0;
		obey(line);
		line = p + 1;
	}
	print("caller: done\r\n");
	st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	return EFI_SUCCESS;
}
