package dev.wherry.runtime.images.registry;

import dev.wherry.runtime.images.ImageName;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a node's owner says of registries.
 *
 * @param mirrors by a registry's host, {@code *} for all others: who is asked first
 * @param hosts by host: credentials and TLS of registries and mirrors
 */
public record RegistryConfig(Map<String, List<URI>> mirrors, Map<String, Host> hosts) {
  private static final String DOCKER = "docker.io";
  private static final String DOCKER_HOST = "registry-1.docker.io";

  public RegistryConfig {
    mirrors = Collections.unmodifiableMap(new LinkedHashMap<>(mirrors));
    hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
  }

  /**
   * How a host is spoken to.
   *
   * @param authority PEM file of certificates that are trusted beside the system's
   * @param unverified whether any certificate will do
   */
  public record Host(
      Optional<Credentials> credentials, Optional<Path> authority, boolean unverified) {
    static final Host PLAIN = new Host(Optional.empty(), Optional.empty(), false);
  }

  /** No mirrors, no credentials. */
  public static RegistryConfig none() {
    return new RegistryConfig(Map.of(), Map.of());
  }

  /** Whom to ask for an image, in order; the registry itself last. */
  List<Endpoint> endpoints(ImageName name, Optional<Credentials> given) {
    List<Endpoint> endpoints = new ArrayList<>();
    List<URI> named = mirrors.getOrDefault(name.domain(), mirrors.getOrDefault("*", List.of()));
    for (URI mirror : named) {
      Host host = hosts.getOrDefault(mirror.getAuthority(), Host.PLAIN);
      endpoints.add(new Endpoint(mirror, host, true));
    }
    Host own = hosts.getOrDefault(name.domain(), Host.PLAIN);
    Host shown = new Host(given.or(own::credentials), own.authority(), own.unverified());
    endpoints.add(new Endpoint(base(name.domain()), shown, false));
    return endpoints;
  }

  private static URI base(String domain) {
    String host = domain.equals(DOCKER) ? DOCKER_HOST : domain;
    return URI.create((isLoopback(host) ? "http://" : "https://") + host);
  }

  // A registry on this machine speaks plainly unless a mirror entry says https (rule: containerd).
  private static boolean isLoopback(String host) {
    String name = host.replaceFirst(":[0-9]+$", "");
    return name.equals("localhost") || name.matches("127(\\.[0-9]{1,3}){3}");
  }
}
