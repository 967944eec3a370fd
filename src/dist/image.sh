#!/bin/sh
# Makes the root of the image: a Java with the modules that the program needs, and what of the C library
# it needs from this machine (Linux). There is no shell in it, and no other program.
#
#   image.sh JAVA_HOME FOLDER
set -eu
java_home=$1
root=$2

# What jdeps finds for the jar and its libraries, and elliptic curves for TLS (Java before 22).
MODULES=java.compiler,java.desktop,java.logging,java.management,java.naming,java.rmi,java.scripting
MODULES=$MODULES,java.security.jgss,java.sql,jdk.crypto.ec,jdk.httpserver,jdk.jfr,jdk.management,jdk.unsupported,jdk.zipfs

umask 022
rm -rf "$root"
mkdir -p "$root/etc" "$root/tmp" "$root/var/lib/gemini-batch"
"$java_home/bin/jlink" --add-modules "$MODULES" --strip-debug --no-header-files --no-man-pages --compress=2 \
  --output "$root/jre"
# Java's beans are in the module of its windows. Those need libraries of a desktop.
for name in awt awt_headless awt_xawt fontmanager freetype javajpeg jawt jsound lcms mlib_image splashscreen; do
  rm -f "$root/jre/lib/lib$name.so"
done

copy() {
  [ -e "$root$1" ] || {
    mkdir -p "$root${1%/*}"
    cp -L "$1" "$root$1"
  }
}
for file in "$root/jre/bin/java" "$root"/jre/lib/*.so "$root"/jre/lib/server/libjvm.so; do
  ldd "$file" | sed -n -e 's|.* => \(/.*\) (0x.*|\1|p' -e 's|^[[:space:]]*\(/.*\) (0x.*|\1|p'
done | sort -u | while read -r library; do
  case $library in
    "$root"/*) ;;
    *) copy "$library" ;;
  esac
done
# What is loaded only when a host's name is looked up, and what SQLite's library asks for.
libc=$(ldd "$root/jre/bin/java" | sed -n 's|.* => \(/.*\)/libc\.so\.6 .*|\1|p')
for name in libnss_dns.so.2 libnss_files.so.2 libresolv.so.2 libpthread.so.0 libdl.so.2 libm.so.6 librt.so.1; do
  [ ! -e "$libc/$name" ] || copy "$libc/$name"
done
for locale in C.utf8 C.UTF-8; do
  [ ! -d "/usr/lib/locale/$locale" ] || {
    mkdir -p "$root/usr/lib/locale"
    cp -RL "/usr/lib/locale/$locale" "$root/usr/lib/locale/"
  }
done
printf 'hosts: files dns\n' > "$root/etc/nsswitch.conf"
printf 'gemini-batch:x:10001:10001::/var/lib/gemini-batch:/none\n' > "$root/etc/passwd"
printf 'gemini-batch:x:10001:\n' > "$root/etc/group"
