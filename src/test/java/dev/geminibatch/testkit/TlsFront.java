package dev.geminibatch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** An encrypted front of a plain server of this machine, with a certificate of its own. */
public final class TlsFront implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final SSLServerSocket socket;
  private final Path store;
  private final int behind;

  private TlsFront(SSLServerSocket socket, Path store, int behind) {
    this.socket = socket;
    this.store = store;
    this.behind = behind;
  }

  /**
   * Starts a front.
   *
   * @param host that the certificate is for
   * @param behind the port of the plain server
   */
  public static TlsFront start(Path folder, String host, int behind) throws Exception {
    Path store = folder.resolve("front.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "front",
                "-dname",
                "CN=" + host,
                "-ext",
                "san=dns:" + host,
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(store.toFile())) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    SSLServerSocket socket =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    TlsFront front = new TlsFront(socket, store, behind);
    SmallProxy.daemon(front::accept);
    return front;
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** The options of a Java that trusts the certificate. */
  public String[] trust() {
    return new String[] {
      "-Xmx256m",
      "-XX:TieredStopAtLevel=1",
      "-Djavax.net.ssl.trustStore=" + store,
      "-Djavax.net.ssl.trustStorePassword=" + PASSWORD
    };
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        SmallProxy.daemon(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), behind)) {
      SmallProxy.tunnel(client, server);
    } catch (IOException e) {
      // the client is gone, or does not trust us
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
