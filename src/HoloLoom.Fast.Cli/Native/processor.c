/*
 * Linked into the executables for x86-64. Runs before anything of .NET does, because the runtime ends the process with an abort that does
 * not say what is missing, or by an illegal instruction. Uses neither the heap nor an instruction newer than x86-64.
 *
 * LEVEL is 2 or 3; the features are those that the x86-64 psABI (section "Micro-Architecture Levels") lists.
 */
#include <cpuid.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#if LEVEL >= 3
#define REMEDY "which this executable for x86-64-v3 needs. Take the portable one, built with 'dotnet publish -p:PortableCpu=true'.\n"
#else
#define REMEDY "which .NET needs. Run it on a processor of 2009 or later.\n"
#endif

enum { EBX, ECX };

static const struct {
  const char *name;
  unsigned leaf;
  int word;
  unsigned bit;
} features[] = {
  {"SSE3", 1, ECX, 0},
  {"SSSE3", 1, ECX, 9},
  {"CMPXCHG16B", 1, ECX, 13},
  {"SSE4.1", 1, ECX, 19},
  {"SSE4.2", 1, ECX, 20},
  {"POPCNT", 1, ECX, 23},
  {"LAHF", 0x80000001, ECX, 0},
#if LEVEL >= 3
  {"AVX", 1, ECX, 28},
  {"AVX2", 7, EBX, 5},
  {"BMI1", 7, EBX, 3},
  {"BMI2", 7, EBX, 8},
  {"F16C", 1, ECX, 29},
  {"FMA", 1, ECX, 12},
  {"LZCNT", 0x80000001, ECX, 5},
  {"MOVBE", 1, ECX, 22},
  {"OSXSAVE", 1, ECX, 27},
#endif
};

static int has(unsigned leaf, int word, unsigned bit) {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(leaf, 0, &eax, &ebx, &ecx, &edx) && ((word == EBX ? ebx : ecx) >> bit & 1);
}

#if LEVEL >= 3
/* Whether the operating system saves the upper halves of the vector registers: bits 1 and 2 of XCR0. */
static int saves_vectors(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & 6) == 6;
}
#endif

static void say(const char *text) {
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written; /* Nobody can be told that telling failed. */
}

static void lacks(const char *feature, int *count) {
  say((*count)++ == 0 ? "hololoom: this processor lacks " : ", ");
  say(feature);
}

__attribute__((constructor)) static void check_processor(void) {
  int missing = 0;
  for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
    if (!has(features[i].leaf, features[i].word, features[i].bit)) {
      lacks(features[i].name, &missing);
    }
  }
#if LEVEL >= 3
  if (has(1, ECX, 27) && !saves_vectors()) {
    lacks("AVX (the operating system has not switched it on)", &missing);
  }
#endif
  if (missing > 0) {
    say(", " REMEDY);
    _exit(2);
  }
}
