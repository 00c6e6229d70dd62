/* Small files, replaced as a whole, and one that stands for a flash chip. */

#include "xsmc.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#if defined(_WIN32)
	#include <windows.h>
	#include <direct.h>
	#include <io.h>
	#define open _open
	#define close _close
	#define read _read
	#define write _write
	#define fsync _commit
	#define lseek _lseek
	#define unlink _unlink
	#define mkdir(path, mode) _mkdir(path)
	#define OWNER_ONLY (_S_IREAD | _S_IWRITE)
	#define BINARY _O_BINARY
#else
	#include <unistd.h>
	#define OWNER_ONLY 0600
	#define BINARY 0
#endif

#define PATH_SIZE 1024
#define UNFINISHED_SIZE (PATH_SIZE + 8)
#define FILE_SIZE 65536
#define FILL_SIZE 4096

static void getPath(xsMachine *the, char *path)
{
	/* Leaves room for what is added to it. */
	xsmcToStringBuffer(xsArg(0), path, PATH_SIZE - 8);
}

static int replace(const char *from, const char *to)
{
#if defined(_WIN32)
	return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) ? 0 : -1;
#else
	return rename(from, to);
#endif
}

/* A rename or unlink is on the disk only when its folder is. NTFS journals its folders. */
static void syncFolderOf(const char *path)
{
#if !defined(_WIN32)
	char folder[PATH_SIZE];
	char *end;
	int file;
	strcpy(folder, path);
	end = strrchr(folder, '/');
	if (!end)
		return;
	*end = 0;
	file = open(folder, O_RDONLY);
	if (file < 0)
		return;
	fsync(file);
	close(file);
#endif
}

/* By what name a file is written before it takes the place of the one at `path`. */
static void getUnfinished(const char *path, char *unfinished)
{
	snprintf(unfinished, UNFINISHED_SIZE, "%s.new", path);
}

static int begin(xsMachine *the, const char *path)
{
	char unfinished[UNFINISHED_SIZE];
	int file;

	getUnfinished(path, unfinished);
	file = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | BINARY, OWNER_ONLY);
	if (file < 0)
		xsUnknownError("the file cannot be made");
	return file;
}

/* So that at any instant, also after a power cut, the old or the new contents are there. `ok`: all is written. */
static void finish(xsMachine *the, const char *path, int file, int ok)
{
	char unfinished[UNFINISHED_SIZE];

	getUnfinished(path, unfinished);
	ok = ok && (fsync(file) == 0);
	ok = (close(file) == 0) && ok;
	if (!ok || replace(unfinished, path)) {
		unlink(unfinished);
		xsUnknownError("the file cannot be written");
	}
	syncFolderOf(path);
}

void xs_disk_replace(xsMachine *the)
{
	char path[PATH_SIZE];
	void *bytes;
	xsUnsignedValue size;
	int file;

	getPath(the, path);
	xsmcGetBufferReadable(xsArg(1), &bytes, &size);
	file = begin(the, path);
	finish(the, path, file, (xsUnsignedValue)write(file, bytes, size) == size);
}

void xs_disk_remove(xsMachine *the)
{
	char path[PATH_SIZE], unfinished[UNFINISHED_SIZE];

	getPath(the, path);
	getUnfinished(path, unfinished);
	unlink(unfinished);
	if (unlink(path) && (errno != ENOENT))
		xsUnknownError("the file cannot be deleted");
	syncFolderOf(path);
}

/* With those that it is in. Whether it is there now, its first use tells. */
void xs_disk_makeFolder(xsMachine *the)
{
	char path[PATH_SIZE];
	char *end;

	getPath(the, path);
	for (end = path + 1; *end; end++) {
		if ((*end != '/') && (*end != '\\'))
			continue;
		char separator = *end;
		*end = 0;
		mkdir(path, 0700);
		*end = separator;
	}
	mkdir(path, 0700);
}

void xs_disk_size(xsMachine *the)
{
	char path[PATH_SIZE];
	struct stat status;

	getPath(the, path);
	if (stat(path, &status) == 0)
		xsmcSetInteger(xsResult, (xsIntegerValue)status.st_size);
	else if (errno != ENOENT)
		xsUnknownError("the file cannot be looked at");
}

void xs_disk_fill(xsMachine *the)
{
	char path[PATH_SIZE], bytes[FILL_SIZE];
	xsIntegerValue size = xsmcToInteger(xsArg(1));
	xsIntegerValue left = size;
	int file, ok;

	getPath(the, path);
	memset(bytes, xsmcToInteger(xsArg(2)), sizeof(bytes));
	file = begin(the, path);
	for (ok = 1; ok && (left > 0); left -= FILL_SIZE) {
		int count = left < FILL_SIZE ? left : FILL_SIZE;
		ok = (int)write(file, bytes, count) == count;
	}
	finish(the, path, file, ok);
	xsmcSetInteger(xsResult, size);
}

void xs_disk_readPart(xsMachine *the)
{
	char path[PATH_SIZE];
	xsIntegerValue position = xsmcToInteger(xsArg(1));
	xsIntegerValue count = xsmcToInteger(xsArg(2));
	int file, ok;

	if ((count < 0) || (count > FILE_SIZE))
		xsRangeError("0 to 65536 bytes");
	getPath(the, path);
	xsmcSetArrayBuffer(xsResult, NULL, count);
	file = open(path, O_RDONLY | BINARY);
	if (file < 0)
		xsUnknownError("the file cannot be opened");
	ok = (lseek(file, position, SEEK_SET) == position) &&
		((int)read(file, xsmcToArrayBuffer(xsResult), count) == count);
	close(file);
	if (!ok)
		xsUnknownError("the file cannot be read");
}

void xs_disk_writePart(xsMachine *the)
{
	char path[PATH_SIZE];
	xsIntegerValue position = xsmcToInteger(xsArg(1));
	void *bytes;
	xsUnsignedValue size;
	int file, ok;

	getPath(the, path);
	xsmcGetBufferReadable(xsArg(2), &bytes, &size);
	file = open(path, O_WRONLY | BINARY);
	if (file < 0)
		xsUnknownError("the file cannot be opened");
	ok = (lseek(file, position, SEEK_SET) == position) &&
		((xsUnsignedValue)write(file, bytes, size) == size) && (fsync(file) == 0);
	ok = (close(file) == 0) && ok;
	if (!ok)
		xsUnknownError("the file cannot be written");
}
