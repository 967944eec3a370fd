package dev.geminibatch.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy that notes what passes: requests for http addresses, tunnels to https ones. */
public final class SmallProxy implements AutoCloseable {
  private final ServerSocket socket;
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> tunnels = new ConcurrentHashMap<>();
  private volatile Optional<String> login = Optional.empty();

  private SmallProxy(ServerSocket socket) {
    this.socket = socket;
  }

  public static SmallProxy start() throws IOException {
    SmallProxy proxy = new SmallProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    daemon(proxy::accept);
    return proxy;
  }

  /** From now on it wants a user and a password, {@code user:password}. */
  public SmallProxy wanting(String userAndPassword) {
    login = Optional.of(userAndPassword);
    return this;
  }

  /** Connections to this place, {@code host:port}, lead to a port of this machine. */
  public SmallProxy leading(String place, int port) {
    tunnels.put(place, port);
    return this;
  }

  public int port() {
    return socket.getLocalPort();
  }

  public String address() {
    return "http://127.0.0.1:" + port();
  }

  /** The first words of every request that was let through: method and target. */
  public List<String> seen() {
    return seen;
  }

  static void daemon(Runnable work) {
    Thread thread = new Thread(work, "small-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        daemon(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      while (serveOne(client)) {
        // the next request on the same connection
      }
    } catch (IOException e) {
      // the client is gone
    }
  }

  private boolean serveOne(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    String head = head(in);
    if (head.isEmpty()) {
      return false;
    }
    String[] words = head.split("[ \r]", 4);
    if (!isLoggedIn(head)) {
      in.skipNBytes(length(head));
      write(client, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"");
      return true;
    }
    seen.add(words[0] + " " + words[1]);
    if (words[0].equals("CONNECT")) {
      Integer port = tunnels.get(words[1]);
      if (port == null) {
        write(client, "502 Bad Gateway");
        return true;
      }
      client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        tunnel(client, server);
      }
      return false;
    }
    forward(client, words, head);
    return false;
  }

  /** One exchange; both connections end with it. */
  private void forward(Socket client, String[] words, String head) throws IOException {
    URI target = URI.create(words[1]);
    String path = words[1].substring(words[1].indexOf('/', "http://".length()));
    String rest =
        head.substring(head.indexOf("\r\n"))
            .replaceAll("(?i)\r\nproxy-authorization:[^\r]*", "")
            .replaceAll("(?i)\r\n(proxy-)?connection:[^\r]*", "");
    String request =
        words[0]
            + " "
            + path
            + " HTTP/1.1"
            + rest.replaceFirst("\r\n\r\n$", "")
            + "\r\nConnection: close\r\n\r\n";
    int port = target.getPort() < 0 ? 80 : target.getPort();
    Integer led = tunnels.get(target.getHost() + ":" + port);
    try (Socket server =
        new Socket(led == null ? target.getHost() : "127.0.0.1", led == null ? port : led)) {
      server.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      tunnel(client, server);
    }
  }

  static void tunnel(Socket client, Socket server) throws IOException {
    daemon(() -> copy(client, server));
    copy(server, client);
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // one of them is gone
    }
  }

  private boolean isLoggedIn(String head) {
    return login
        .map(
            wanted ->
                head.contains(
                    "Proxy-Authorization: Basic "
                        + Base64.getEncoder()
                            .encodeToString(wanted.getBytes(StandardCharsets.UTF_8))))
        .orElse(true);
  }

  private static long length(String head) {
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .findFirst()
        .orElse(0);
  }

  private static void write(Socket client, String statusAndHeaders) throws IOException {
    OutputStream out = client.getOutputStream();
    out.write(
        ("HTTP/1.1 " + statusAndHeaders + "\r\nContent-Length: 0\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** The first lines of a request, with the empty one; empty at the end of the connection. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int lineFeeds = 0;
    for (int next; lineFeeds < 2 && (next = in.read()) >= 0; ) {
      head.write(next);
      lineFeeds = next == '\n' ? lineFeeds + 1 : next == '\r' ? lineFeeds : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
