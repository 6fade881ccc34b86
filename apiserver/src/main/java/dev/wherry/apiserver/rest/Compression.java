package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.http.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.LongSupplier;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * gzip for large answers that travel (upstream: APIResponseCompression, above 128 KiB, quickest
 * level). Clients on this machine get them plain: there is no wire to spare.
 */
final class Compression {
  private static final long FROM_BYTES = 128 << 10;
  private static final int BUFFER_BYTES = 8 << 10;

  private Compression() {}

  /**
   * Whether an answer is to be compressed; says so in the coming answer's headers.
   *
   * @param bytes how long it is, asked for only where that decides
   */
  static boolean begin(Exchange exchange, LongSupplier bytes) {
    boolean wanted =
        exchange.header("Accept-Encoding").contains("gzip")
            && !isLocal(exchange.remoteAddress())
            && bytes.getAsLong() > FROM_BYTES;
    if (wanted) {
      exchange.setHeader("Content-Encoding", "gzip");
      exchange.setHeader("Vary", "Accept-Encoding");
    }
    return wanted;
  }

  private static boolean isLocal(String address) {
    try {
      return !address.isEmpty() && InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  static OutputStream over(OutputStream plain) throws IOException {
    return new Quick(plain);
  }

  private static final class Quick extends GZIPOutputStream {
    Quick(OutputStream plain) throws IOException {
      super(plain, BUFFER_BYTES);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
