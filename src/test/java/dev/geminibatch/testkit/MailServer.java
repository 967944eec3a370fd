package dev.geminibatch.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes mail and keeps it. */
public final class MailServer implements AutoCloseable {
  private final ServerSocket socket;
  private final List<String> received = new CopyOnWriteArrayList<>();

  private MailServer(ServerSocket socket) {
    this.socket = socket;
  }

  public static MailServer start() throws IOException {
    MailServer server = new MailServer(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
    Thread thread = new Thread(server::serve, "mail");
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** Every mail as it came, headers and text. */
  public List<String> received() {
    return received;
  }

  private void serve() {
    while (!socket.isClosed()) {
      try (Socket client = socket.accept()) {
        talk(
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8)),
            new PrintStream(client.getOutputStream(), true, StandardCharsets.UTF_8));
      } catch (IOException e) {
        // the client has gone, or the test is over
      }
    }
  }

  private void talk(BufferedReader in, PrintStream out) throws IOException {
    out.print("220 test\r\n");
    for (String line; (line = in.readLine()) != null; ) {
      if (line.startsWith("DATA")) {
        out.print("354 go on\r\n");
        StringBuilder mail = new StringBuilder();
        for (String text; (text = in.readLine()) != null && !text.equals("."); ) {
          mail.append(text).append('\n');
        }
        received.add(mail.toString());
      }
      out.print(line.startsWith("QUIT") ? "221 bye\r\n" : "250 ok\r\n");
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
