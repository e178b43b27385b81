/* test_atomic_file.c: the old file or the new one, never a part, and nothing left beside it. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/atomic_file.h"

static char folder[] = "/tmp/dnntui-atomic-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? chdir(folder) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return chdir("/") || rmdir(folder);
}

static int entries(void)
{
    DIR *dir = opendir(".");
    int count = -2; /* . and .. */
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void assert_content(const char *path, const char *want)
{
    char got[64] = "";
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(got, 1, sizeof got - 1, file), strlen(want));
    fclose(file);
    assert_string_equal(got, want);
}

static void put(const char *path, const char *content)
{
    struct err err = {0};
    struct atomic_file *file = atomic_file_open(path, &err);
    assert_non_null(file);
    assert_int_equal(atomic_file_write(file, content, strlen(content), &err), 0);
    assert_int_equal(atomic_file_commit(file, &err), 0);
}

static void test_whole(void **state)
{
    (void)state;
    put("a", "first");
    assert_content("a", "first");
    put("a", "");
    assert_content("a", "");
    put("./a", "second");
    assert_content("a", "second");
    assert_int_equal(entries(), 1);
    unlink("a");
}

static void test_cancel(void **state)
{
    (void)state;
    put("a", "old");
    struct atomic_file *file = atomic_file_open("a", NULL);
    assert_int_equal(atomic_file_write(file, "half", 4, NULL), 0);
    assert_content("a", "old");
    atomic_file_cancel(file);
    atomic_file_cancel(NULL);
    assert_content("a", "old");
    assert_int_equal(entries(), 1);
    unlink("a");
}

static void test_killed(void **state)
{
    (void)state;
    put("a", "old");
    pid_t child = fork();
    if (child == 0) {
        struct atomic_file *file = atomic_file_open("a", NULL);
        atomic_file_write(file, "half", 4, NULL);
        raise(SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_content("a", "old");
    assert_int_equal(entries(), 2);
    assert_int_equal(system("rm -f a a.*"), 0);
}

/* A disk that is full, played by the limit of a file's size. */
static void test_full(void **state)
{
    (void)state;
    char much[4096] = "";
    struct err err = {0};
    struct rlimit old, small;
    put("a", "old");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){1000, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct atomic_file *file = atomic_file_open("a", &err);
    int written = atomic_file_write(file, much, sizeof much, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(written, -1);
    assert_int_equal(err.code, ERR_FILE);
    assert_string_equal(err.message, "a: cannot be written: File too large");
    atomic_file_cancel(file);
    assert_content("a", "old");
    assert_int_equal(entries(), 1);
    unlink("a");
}

static int mode_of(const char *path)
{
    struct stat status;
    return stat(path, &status) ? -1 : (int)(status.st_mode & 0777);
}

static void test_mode(void **state)
{
    (void)state;
    mode_t mask = umask(027);
    put("a", "1");
    assert_int_equal(mode_of("a"), 0640);
    assert_int_equal(chmod("a", 0604), 0);
    put("a", "2");
    assert_int_equal(mode_of("a"), 0604);
    umask(mask);
    unlink("a");
}

static void test_links(void **state)
{
    (void)state;
    struct stat status;
    struct err err = {0};
    assert_int_equal(mkdir("d", 0700), 0);
    put("d/a", "old");
    assert_int_equal(symlink("d/a", "link"), 0);
    put("link", "new");
    assert_content("d/a", "new");
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    unlink("d/a");
    assert_null(atomic_file_open("link", &err));
    assert_string_equal(err.message, "link: cannot be written: No such file or directory");
    unlink("link");
    rmdir("d");
    assert_int_equal(entries(), 0);
}

static void test_refused(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(atomic_file_open("none/a", &err));
    assert_string_equal(err.message, "none/a: cannot be written: No such file or directory");
    assert_int_equal(err.code, ERR_FILE);
    assert_null(atomic_file_open("/dev/null", &err));
    assert_string_equal(err.message, "/dev/null: is a device or a pipe, not a file");
    assert_null(atomic_file_open(folder, &err));
    assert_non_null(strstr(err.message, "is a folder, not a file"));
}

/* The target became a folder after the file was begun: the rename fails, and nothing is left behind. */
static void test_commit_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct atomic_file *file = atomic_file_open("a", &err);
    assert_non_null(file);
    assert_int_equal(mkdir("a", 0700), 0);
    assert_int_equal(atomic_file_commit(file, &err), -1);
    assert_string_equal(err.message, "a: cannot be written: Is a directory");
    assert_int_equal(entries(), 1);
    rmdir("a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole), cmocka_unit_test(test_cancel),  cmocka_unit_test(test_killed),
        cmocka_unit_test(test_full),  cmocka_unit_test(test_mode),    cmocka_unit_test(test_links),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_commit_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
