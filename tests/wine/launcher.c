#include <windows.h>
typedef int (*Main)(int, wchar_t **);
int wmain(int argc, wchar_t **argv) {
#ifdef WINDOWED /* as Explorer starts it; Wine hands the caller's streams down even to such a program */
    SetStdHandle(STD_INPUT_HANDLE, NULL);
    SetStdHandle(STD_OUTPUT_HANDLE, NULL);
    SetStdHandle(STD_ERROR_HANDLE, NULL);
#endif
    HMODULE python = LoadLibraryW(PYTHON_DLL);
    if (!python) return 101;
    Main run = (Main)GetProcAddress(python, "Py_Main");
    return run(argc, argv);
}
#ifdef WINDOWED
int WINAPI wWinMain(HINSTANCE a, HINSTANCE b, PWSTR c, int d) { return wmain(__argc, __wargv); }
#endif
