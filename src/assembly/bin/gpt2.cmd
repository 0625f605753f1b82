@echo off
rem Runs gpt2-djl: bin\gpt2 generate "ROMEO:"
rem   bin\gpt2 shell  starts jshell with the library
rem Reads JAVA_HOME, JAVA_OPTS and GPT2_OPTS (options of Java, parted by spaces).
setlocal
set "HOME_FOLDER=%~dp0.."
set "JAVA=java"
set "JSHELL=jshell"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
if defined JAVA_HOME set "JSHELL=%JAVA_HOME%\bin\jshell"
if "%~1"=="shell" goto shell
"%JAVA%" %JAVA_OPTS% %GPT2_OPTS% -jar "%HOME_FOLDER%\gpt2-djl.jar" %*
exit /b %ERRORLEVEL%
:shell
"%JSHELL%" --class-path "%HOME_FOLDER%\gpt2-djl.jar;%HOME_FOLDER%\lib\*" --startup DEFAULT --startup "%HOME_FOLDER%\bin\gpt2.jsh" %2 %3 %4 %5 %6 %7 %8 %9
exit /b %ERRORLEVEL%
