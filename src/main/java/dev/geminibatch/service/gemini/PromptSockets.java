package dev.geminibatch.service.gemini;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Makes connections that send at once.
 *
 * <p>Otherwise the end of each request waits until the service has acknowledged what came before
 * it, and the service waits up to 40 ms with that, in the hope of an answer to send along.
 */
final class PromptSockets extends SocketFactory {
  private static final int BUFFER_BYTES = 64 << 10;

  private final SocketFactory sockets = SocketFactory.getDefault();

  private static Socket prompt(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    return socket;
  }

  @Override
  public Socket createSocket() throws IOException {
    return prompt(
        new Socket() {
          private InputStream in;

          @Override
          public OutputStream getOutputStream() throws IOException {
            // What is sent or received comes in pieces of some kilobytes, each of which
            // would be a call.
            return new BufferedOutputStream(super.getOutputStream(), BUFFER_BYTES);
          }

          @Override
          public synchronized InputStream getInputStream() throws IOException {
            if (in == null) { // another buffer would lack what this one has read ahead
              in = new BufferedInputStream(super.getInputStream(), BUFFER_BYTES);
            }
            return in;
          }
        });
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return prompt(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return prompt(sockets.createSocket(host, port, localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return prompt(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    return prompt(sockets.createSocket(address, port, localAddress, localPort));
  }
}
