package dev.wherry.runtime.docker;

import dev.wherry.proto.cri.v1.DNSConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The pod's resolv.conf. Docker makes one per network owner and mounts it into every container that
 * joins; with no network it copies the host's, so it is written over, in place since it is mounted
 * by inode.
 */
final class ResolvConf {
  private ResolvConf() {}

  static void write(Path file, DNSConfig dns) throws IOException {
    Files.write(file, text(dns).getBytes(StandardCharsets.UTF_8));
  }

  static String text(DNSConfig dns) {
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
