package dev.wherry.runtime.cri;

import dev.wherry.proto.cri.v1.DNSConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The pod's resolv.conf. It is written in place, since runtimes mount it by inode: Docker makes one
 * per network owner, a copy of the host's when there is no network, and mounts it into every
 * container that joins.
 */
public final class ResolvConf {
  private ResolvConf() {}

  /** Writes it into a file. */
  public static void write(Path file, DNSConfig dns) throws IOException {
    Files.write(file, text(dns).getBytes(StandardCharsets.UTF_8));
  }

  /** Its text: search, nameservers, options. */
  public static String text(DNSConfig dns) {
    var text = new StringBuilder();
    if (dns.getSearchesCount() > 0) {
      text.append("search ").append(String.join(" ", dns.getSearchesList())).append('\n');
    }
    dns.getServersList().forEach(server -> text.append("nameserver ").append(server).append('\n'));
    if (dns.getOptionsCount() > 0) {
      text.append("options ").append(String.join(" ", dns.getOptionsList())).append('\n');
    }
    return text.toString();
  }
}
