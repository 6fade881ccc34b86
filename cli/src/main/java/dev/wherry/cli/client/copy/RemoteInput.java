package dev.wherry.cli.client.copy;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.stream.RemoteCommand;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What a remote command prints; its end is the end of the stream only if the command ended well.
 * The waiting thread closes the pipe, so that the reader never waits for a command that is gone.
 */
final class RemoteInput extends FilterInputStream {
  private final CompletableFuture<Integer> exit;

  RemoteInput(InputStream in, OutputStream pipe, RemoteCommand.Running running) {
    super(in);
    this.exit = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("copy-end")
        .start(() -> {
          try {
            exit.complete(running.await());
          } catch (RuntimeException e) {
            exit.completeExceptionally(e);
          }
          try {
            pipe.close();
          } catch (IOException e) {
            // The reader is gone.
          }
        });
  }

  @Override
  public int read(byte[] chunk, int from, int length) throws IOException {
    int read = super.read(chunk, from, length);
    if (read >= 0) {
      return read;
    }
    int code;
    try {
      code = exit.join();
    } catch (CompletionException e) {
      throw new IOException(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
    }
    if (code != 0) {
      throw ClientException.exit(code, "command terminated with exit code " + code);
    }
    return -1;
  }
}
