package dev.wherry.apiserver;

import static java.util.Objects.requireNonNull;

import dev.wherry.apiserver.http.HttpLimits;
import dev.wherry.apiserver.pki.ServerTls;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.machinery.address.AddressText;
import dev.wherry.machinery.address.ClusterRanges;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * What an API server runs with.
 *
 * @param dataDirectory holds {@code db}, {@code pki} and the encryption key
 * @param listen port 0 for any free one
 * @param hosts names and addresses, beside the usual ones, for the serving certificate
 * @param services the ranges of their addresses, one per family; the first of the first is the
 *     API's
 * @param tlsMinimum the oldest TLS that clients may speak
 * @param protection files that say more of who gets in and what is kept how
 * @param choices what else the administrator says
 */
public record ApiServerConfig(
    Path dataDirectory,
    InetSocketAddress listen,
    List<String> hosts,
    List<AddressRange> services,
    HttpLimits limits,
    ServerTls.Minimum tlsMinimum,
    ProtectionConfig protection,
    ApiChoices choices) {
  public static final int PORT = 6443;

  public ApiServerConfig {
    requireNonNull(dataDirectory, "dataDirectory");
    hosts = List.copyOf(hosts);
  }

  public static ApiServerConfig in(
      Path dataDirectory, InetSocketAddress listen, List<String> hosts) {
    return new ApiServerConfig(
        dataDirectory,
        listen,
        hosts,
        ClusterRanges.DEFAULT.services(),
        HttpLimits.defaults(),
        ServerTls.Minimum.TLS_1_3,
        ProtectionConfig.NONE,
        ApiChoices.DEFAULT);
  }

  /**
   * Where clients on the machine reach a server: by loopback, unless it listens on one address
   * only.
   *
   * @param port the one it got
   * @throws IllegalArgumentException naming the address when it is none
   */
  public static URI url(InetSocketAddress listen, int port) {
    if (listen.isUnresolved()) {
      throw new IllegalArgumentException(listen.getHostString() + " is no address of this machine");
    }
    InetAddress address = listen.getAddress();
    String host = address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
    return URI.create("https://%s:%d".formatted(AddressText.bracketed(host), port));
  }

  /** The same with other protection. */
  public ApiServerConfig protectedBy(ProtectionConfig other) {
    return new ApiServerConfig(
        dataDirectory, listen, hosts, services, limits, tlsMinimum, other, choices);
  }

  /** The same with another range of Services. */
  public ApiServerConfig withServices(List<AddressRange> other) {
    return new ApiServerConfig(
        dataDirectory, listen, hosts, other, limits, tlsMinimum, protection, choices);
  }

  /** The same with other choices. */
  public ApiServerConfig with(ApiChoices other) {
    return new ApiServerConfig(
        dataDirectory, listen, hosts, services, limits, tlsMinimum, protection, other);
  }
}
