@echo off
rem Starts Gemini Batch Runner with the Java of JAVA_HOME, or else of PATH. All arguments are passed on.
rem JAVA_OPTS and GEMINI_BATCH_OPTS are further options of Java; the later one wins.
setlocal DisableDelayedExpansion
set "GB_HOME=%~dp0.."
if defined JAVA_HOME goto :named
for %%j in (java.exe) do set "GB_JAVA=%%~$PATH:j"
if defined GB_JAVA goto :version
echo gemini-batch: there is no Java; install version 17 or later, or let JAVA_HOME name the folder of one 1>&2
exit /b 2

:named
set "GB_JAVA=%JAVA_HOME%\bin\java.exe"
if exist "%GB_JAVA%" goto :version
echo gemini-batch: JAVA_HOME is %JAVA_HOME%, which has no bin\java.exe; correct it, or unset it to use the java of PATH 1>&2
exit /b 2

:version
rem The file "release" says it without a start of Java. Where there is none, Java itself refuses the program.
for %%j in ("%GB_JAVA%") do set "GB_RELEASE=%%~dpj..\release"
set "GB_MAJOR=17"
if not exist "%GB_RELEASE%" goto :start
for /f "usebackq tokens=2 delims==" %%v in (`findstr /b /c:"JAVA_VERSION=" "%GB_RELEASE%"`) do set "GB_VERSION=%%~v"
for /f "delims=.-+_ " %%m in ("%GB_VERSION%") do set "GB_MAJOR=%%m"
if %GB_MAJOR% GEQ 17 goto :start
echo gemini-batch: %GB_JAVA% is Java %GB_VERSION%; version 17 or later is needed. Let JAVA_HOME name the folder of one 1>&2
exit /b 2

:start
"%GB_JAVA%" -Xmx512m %JAVA_OPTS% %GEMINI_BATCH_OPTS% -jar "%GB_HOME%\gemini-batch.jar" %*
exit /b %errorlevel%
