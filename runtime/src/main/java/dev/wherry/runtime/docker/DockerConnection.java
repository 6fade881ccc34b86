package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.nio.file.Path;
import java.time.Duration;

/** One daemon: docker-java for requests, the raw socket for streams. */
public record DockerConnection(DockerClient client, DockerSocket socket) implements AutoCloseable {
  private static final int CONNECTIONS_MAX = 64;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Connects lazily: the daemon need not run yet. */
  public static DockerConnection of(Path socket) {
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost("unix://" + socket.toAbsolutePath())
            .withDockerTlsVerify(false)
            .build();
    var http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .maxConnections(CONNECTIONS_MAX)
            .connectionTimeout(CONNECT_TIMEOUT)
            .build();
    return new DockerConnection(
        DockerClientImpl.getInstance(config, http), new DockerSocket(socket));
  }

  @Override
  public void close() throws java.io.IOException {
    client.close();
  }
}
