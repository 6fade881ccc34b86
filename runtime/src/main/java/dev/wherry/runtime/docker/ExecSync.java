package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectExecResponse;
import com.google.protobuf.ByteString;
import dev.wherry.proto.cri.v1.ExecSyncRequest;
import dev.wherry.proto.cri.v1.ExecSyncResponse;
import io.grpc.Status;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Commands run to their end, with their output: probes and hooks. */
final class ExecSync {
  /** Output beyond this is dropped, as containerd and CRI-O do with 16 MiB. */
  private static final int OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

  private static final byte[] START =
      "{\"Detach\":false,\"Tty\":false}".getBytes(StandardCharsets.UTF_8);
  private static final int STDERR = 2;

  private final DockerConnection connection;
  private final ScheduledExecutorService timer;

  ExecSync(DockerConnection connection, ScheduledExecutorService timer) {
    this.connection = connection;
    this.timer = timer;
  }

  /** Runs; DEADLINE_EXCEEDED after the timeout, when the process has been killed. */
  ExecSyncResponse run(ExecSyncRequest request) throws IOException {
    DockerClient docker = connection.client();
    String exec =
        docker
            .execCreateCmd(request.getContainerId())
            .withCmd(request.getCmdList().toArray(String[]::new))
            .withAttachStdout(true)
            .withAttachStderr(true)
            .exec()
            .getId();
    var timedOut = new AtomicBoolean();
    try (DockerSocket.Stream stream =
        connection.socket().hijack("/exec/" + exec + "/start", START)) {
      if (request.getTimeout() <= 0) {
        return result(exec, stream);
      }
      ScheduledFuture<?> alarm =
          timer.schedule(() -> end(exec, stream, timedOut), request.getTimeout(), TimeUnit.SECONDS);
      try {
        ExecSyncResponse response = result(exec, stream);
        if (timedOut.get()) {
          throw timeout(request);
        }
        return response;
      } catch (IOException e) {
        if (timedOut.get()) {
          throw timeout(request);
        }
        throw e;
      } finally {
        alarm.cancel(false);
      }
    }
  }

  private static RuntimeException timeout(ExecSyncRequest request) {
    return Status.DEADLINE_EXCEEDED
        .withDescription("command timed out after " + request.getTimeout() + " s")
        .asRuntimeException();
  }

  private void end(String exec, DockerSocket.Stream stream, AtomicBoolean timedOut) {
    timedOut.set(true);
    Thread.startVirtualThread(() -> {
      Long pid = connection.client().inspectExecCmd(exec).exec().getPidLong();
      if (pid != null && pid > 0) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
      stream.close();
    });
  }

  private ExecSyncResponse result(String exec, DockerSocket.Stream stream) throws IOException {
    var out = ByteString.newOutput();
    var err = ByteString.newOutput();
    var in = new DataInputStream(new java.io.BufferedInputStream(stream.in()));
    byte[] chunk = new byte[32 * 1024];
    try {
      while (true) {
        int kind = in.readUnsignedByte();
        in.skipNBytes(3);
        int left = in.readInt();
        ByteString.Output to = kind == STDERR ? err : out;
        while (left > 0) {
          int n = in.read(chunk, 0, Math.min(chunk.length, left));
          if (n < 0) {
            throw new EOFException();
          }
          to.write(chunk, 0, Math.min(n, Math.max(0, OUTPUT_BYTES_MAX - to.size())));
          left -= n;
        }
      }
    } catch (EOFException e) {
      // The process ended.
    }
    InspectExecResponse ended = connection.client().inspectExecCmd(exec).exec();
    return ExecSyncResponse.newBuilder()
        .setStdout(out.toByteString())
        .setStderr(err.toByteString())
        .setExitCode(Objects.requireNonNullElse(ended.getExitCodeLong(), 0L).intValue())
        .build();
  }
}
