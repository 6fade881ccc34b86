package dev.wherry.cli.client.verb;

import dev.wherry.cli.client.discovery.Discovery;
import dev.wherry.cli.client.discovery.DiscoveryFile;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.http.RawLink;
import dev.wherry.cli.client.select.ManifestTargets;
import dev.wherry.cli.kubeconfig.Access;
import java.time.Duration;
import java.time.InstantSource;

/** One command's connection: server, user, namespace, what the server has. */
public final class Session implements AutoCloseable {
  private final Streams streams;
  private final Access access;
  private final boolean namespaceForced;
  private final InstantSource clock;
  private final Api api;
  private final Discovery discovery;

  public Session(
      Streams streams,
      Access access,
      boolean namespaceForced,
      Duration timeout,
      InstantSource clock) {
    this.streams = streams;
    this.access = access;
    this.namespaceForced = namespaceForced;
    this.clock = clock;
    this.api = new Api(access, timeout, text -> streams.err().println("Warning: " + text));
    String home = streams.environment().getOrDefault("HOME", "");
    this.discovery = new Discovery(api, new DiscoveryFile(home, api.authority(), clock));
  }

  public Streams streams() {
    return streams;
  }

  public Api api() {
    return api;
  }

  /** Connections for requests that are made elsewhere. */
  public RawLink rawLink() {
    return new RawLink(access);
  }

  public Discovery discovery() {
    return discovery;
  }

  public InstantSource clock() {
    return clock;
  }

  /** The namespace in force. */
  public String namespace() {
    return access.namespace();
  }

  /** Whether the command line named the namespace. */
  public boolean namespaceForced() {
    return namespaceForced;
  }

  public ManifestTargets manifestTargets() {
    return new ManifestTargets(discovery, namespace(), namespaceForced);
  }

  @Override
  public void close() {
    api.close();
  }
}
