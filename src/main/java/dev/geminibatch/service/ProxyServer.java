package dev.geminibatch.service;

import dev.geminibatch.io.Pasted;
import dev.geminibatch.io.UsageException;
import java.io.ByteArrayOutputStream;
import java.net.IDN;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP proxy. Its text form names it without user and password.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param login what it asks for, if it does
 * @param source the variable or setting that names it
 */
public record ProxyServer(String host, int port, Optional<Login> login, String source) {
  /** As Go and the JDK have it; curl takes 1080. */
  private static final int DEFAULT_PORT = 80;

  private static final Pattern SCHEME = Pattern.compile("(?i)([a-z][a-z0-9+.-]*)://(.*)");
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+(?:%[\\w.]+)?]|[^\\s:/?#\\[\\]@]+)(?::(\\d{1,5}))?");

  /** What a proxy asks for. */
  public record Login(String user, String password) {
    /** From now on nothing shows it. */
    public Login {
      Redactor.hideLogin(user, password);
    }

    @Override
    public String toString() {
      return "[login]";
    }
  }

  /**
   * Reads {@code http://user:password@host:port}, of which only the host has to be there.
   *
   * @param source the variable or setting
   * @throws UsageException when it cannot be used, without showing user and password
   */
  public static ProxyServer parse(String text, String source) {
    String value = Pasted.clean(text);
    String rest = value;
    Matcher scheme = SCHEME.matcher(value);
    if (scheme.matches()) {
      checkScheme(scheme.group(1), value, source);
      rest = scheme.group(2);
    }
    int at = rest.lastIndexOf('@'); // a password may hold one, too
    String address = rest.substring(at + 1).replaceFirst("/$", "");
    Matcher parts = HOST_AND_PORT.matcher(address);
    int port = DEFAULT_PORT;
    if (parts.matches() && parts.group(2) != null) {
      port = Integer.parseInt(parts.group(2));
    }
    if (!parts.matches() || port < 1 || port > 65535) {
      throw refused(source, value, "; write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT.");
    }
    Optional<Login> login = at < 0 ? Optional.empty() : Optional.of(login(rest.substring(0, at)));
    return new ProxyServer(name(parts.group(1), value, source), port, login, source);
  }

  private static void checkScheme(String scheme, String value, String source) {
    if (scheme.equalsIgnoreCase("https")) {
      throw refused(
          source,
          value,
          "; an encrypted connection to the proxy itself is not supported. Most proxies also take"
              + " http://HOST:PORT, through which connections to the service stay encrypted.");
    }
    if (scheme.toLowerCase(Locale.ROOT).startsWith("socks")) {
      throw refused(
          source,
          value,
          "; SOCKS proxies are only supported as Java's own option: -DsocksProxyHost=HOST"
              + " -DsocksProxyPort=PORT before -jar.");
    }
    if (!scheme.equalsIgnoreCase("http")) {
      throw refused(source, value, "; write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT.");
    }
  }

  private static UsageException refused(String source, String value, String remedy) {
    return new UsageException(source + " is \"" + withoutLogin(value) + "\"" + remedy);
  }

  /** What precedes the host, and what stands where a port should, may be a password. */
  private static String withoutLogin(String value) {
    Matcher scheme = SCHEME.matcher(value);
    String before = scheme.matches() ? scheme.group(1) + "://" : "";
    String rest = value.substring(before.length());
    int at = rest.lastIndexOf('@');
    String hidden = at < 0 ? rest : "***" + rest.substring(at);
    return before + hidden.replaceFirst(":(?!\\d+/?$)[^\\]]*$", ":***");
  }

  private static String name(String host, String value, String source) {
    if (host.startsWith("[")) {
      return host.substring(1, host.length() - 1);
    }
    try {
      return IDN.toASCII(host);
    } catch (IllegalArgumentException e) {
      throw refused(source, value, "; its host is not a name that a host can have.");
    }
  }

  private static Login login(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? new Login(decoded(text), "")
        : new Login(decoded(text.substring(0, colon)), decoded(text.substring(colon + 1)));
  }

  /** Percent-encoding, where it is one: people also write their passwords as they are. */
  private static String decoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < encoded.length; i++) {
      boolean isEscape =
          encoded[i] == '%'
              && i + 2 < encoded.length
              && HexFormat.isHexDigit(encoded[i + 1])
              && HexFormat.isHexDigit(encoded[i + 2]);
      if (isEscape) {
        bytes.write(
            HexFormat.fromHexDigit(encoded[i + 1]) << 4 | HexFormat.fromHexDigit(encoded[i + 2]));
        i += 2;
      } else {
        bytes.write(encoded[i]);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** As Java names it. The host is looked up when it is connected to. */
  public Proxy toJava() {
    return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port));
  }

  /** Scheme, host and port. */
  public String address() {
    return "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  /** What is to be said when it answers that it wants user and password (407). */
  public String refusal() {
    return "T"
        + toString().substring(1)
        + (login.isPresent()
            ? " refuses this user and password (HTTP 407), or takes no Basic passwords"
            : " wants a user and a password (HTTP 407)")
        + "; write "
        + (source.startsWith("-D")
            ? source.replace("Host", "User=USER ") + source.replace("Host", "Password=PASSWORD")
            : source
                + "=http://USER:PASSWORD@"
                + address().substring("http://".length())
                + ", with special characters as %XX");
  }

  @Override
  public String toString() {
    return "the proxy " + address() + " of " + source;
  }
}
