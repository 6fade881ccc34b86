package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.wherry.runtime.logs.LogSource;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Locale;

/** Logs as Docker keeps them, asked for by the nanosecond. */
final class DockerLogSource implements LogSource {
  private final DockerConnection connection;

  DockerLogSource(DockerConnection connection) {
    this.connection = connection;
  }

  @Override
  public Stream open(String containerId, String sinceTimestamp) throws IOException {
    String path =
        "/containers/"
            + containerId
            + "/logs?follow=1&stdout=1&stderr=1&timestamps=1"
            + since(sinceTimestamp);
    DockerSocket.Stream stream = connection.socket().get(path);
    return new Stream() {
      @Override
      public InputStream in() {
        return stream.in();
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }

  private static String since(String timestamp) {
    if (timestamp.isEmpty()) {
      return "";
    }
    Instant time = Instant.parse(timestamp);
    return String.format(Locale.ROOT, "&since=%d.%09d", time.getEpochSecond(), time.getNano());
  }

  @Override
  public boolean mayWriteMore(String containerId) {
    DockerClient docker = connection.client();
    try {
      return Boolean.TRUE.equals(
          docker.inspectContainerCmd(containerId).exec().getState().getRunning());
    } catch (NotFoundException e) {
      return false;
    } catch (RuntimeException e) {
      // The daemon is away; what it wrote is still there when it is back.
      return true;
    }
  }
}
