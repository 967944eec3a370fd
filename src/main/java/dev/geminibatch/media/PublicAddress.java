package dev.geminibatch.media;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * Tells addresses of the public Internet from all others: those of the machine and its network,
 * those that lead there in disguise, and those that nobody has. From IANA's registries of
 * special-purpose addresses (read 2026-11).
 */
public final class PublicAddress {
  private static final List<Block> SPECIAL_4 =
      List.of(
          new Block(8, 0), // this network
          new Block(8, 10),
          new Block(10, 100, 64), // shared by a carrier's customers
          new Block(8, 127),
          new Block(16, 169, 254),
          new Block(12, 172, 16),
          new Block(24, 192, 0, 0),
          new Block(24, 192, 0, 2), // documentation
          new Block(24, 192, 88, 99), // relays of 6to4
          new Block(16, 192, 168),
          new Block(15, 198, 18), // benchmarks
          new Block(24, 198, 51, 100), // documentation
          new Block(24, 203, 0, 113), // documentation
          new Block(3, 224)); // multicast, reserved, broadcast

  /** All that is given out worldwide. */
  private static final Block GLOBAL_6 = new Block(3, 0x20);

  private static final List<Block> SPECIAL_6 =
      List.of(
          new Block(23, 0x20, 0x01, 0x00), // Teredo, benchmarks, identifiers
          new Block(32, 0x20, 0x01, 0x0d, 0xb8), // documentation
          new Block(16, 0x20, 0x02), // 6to4
          new Block(20, 0x3f, 0xff, 0x00)); // documentation

  /** Where a network has no IPv4, its DNS wraps the addresses of hosts that have no other. */
  private static final Block NAT64 = new Block(96, 0x00, 0x64, 0xff, 0x9b);

  private static final int BYTES_OF_4 = 4;

  private PublicAddress() {}

  /** The addresses that begin with some bits; bytes that are not named are zero. */
  private record Block(int bits, int... bytes) {
    boolean has(byte[] address) {
      for (int bit = 0; bit < bits; bit++) {
        int wanted = bit / 8 < bytes.length ? bytes[bit / 8] : 0;
        if (((address[bit / 8] ^ wanted) & 0x80 >> bit % 8) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  /** Whether an address is one of the public Internet. */
  public static boolean is(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == BYTES_OF_4) {
      return is4(bytes);
    }
    if (!(address instanceof Inet6Address six)
        || six.getScopeId() != 0
        || six.getScopedInterface() != null) {
      return false; // is one on a certain cable
    }
    if (NAT64.has(bytes)) {
      return is4(Arrays.copyOfRange(bytes, bytes.length - BYTES_OF_4, bytes.length));
    }
    return GLOBAL_6.has(bytes) && SPECIAL_6.stream().noneMatch(block -> block.has(bytes));
  }

  private static boolean is4(byte[] address) {
    return SPECIAL_4.stream().noneMatch(block -> block.has(address));
  }
}
