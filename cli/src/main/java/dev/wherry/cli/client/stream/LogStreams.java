package dev.wherry.cli.client.stream;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.http.Api;
import dev.wherry.machinery.client.Query;
import dev.wherry.model.status.ApiException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Copies logs to the output: one after the other, or lines of several as they come. */
public final class LogStreams {
  private static final int CHUNK_BYTES = 32 * 1024;

  /**
   * One container's log.
   *
   * @param prefix stands before each line, "" for none
   */
  public record Source(String path, String prefix) {}

  private final Api api;
  private final PrintStream out;
  private final boolean errorsIgnored;
  private final PrintStream err;

  public LogStreams(Api api, PrintStream out, boolean errorsIgnored, PrintStream err) {
    this.api = api;
    this.out = out;
    this.errorsIgnored = errorsIgnored;
    this.err = err;
  }

  /**
   * One container's log, to its end.
   *
   * @param pod the pod's path
   * @param follow the flag's value: {@code true} until the container has ended
   */
  public void ofContainer(String pod, String container, String follow) {
    String path =
        new Query(pod + "/log").add("container", container).add("follow", follow).toString();
    copy(new Source(path, ""));
    out.flush();
  }

  public void oneByOne(List<Source> sources) {
    sources.forEach(this::copy);
  }

  /** Follows all until each has ended. */
  public void together(List<Source> sources) {
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      sources.forEach(source -> running.add(threads.submit(() -> copy(source))));
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : ClientException.error(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ClientException.error("interrupted");
    }
  }

  private void copy(Source source) {
    try (InputStream in = api.open(source.path(), "*/*")) {
      if (source.prefix().isEmpty()) {
        bytes(in);
      } else {
        lines(in, source.prefix());
      }
    } catch (IOException e) {
      failed(ClientException.error("the log broke off: " + e.getMessage()));
    } catch (ApiException e) {
      failed(e);
    }
  }

  private void failed(RuntimeException e) {
    if (!errorsIgnored) {
      throw e;
    }
    err.println(Failures.line(e));
  }

  private void bytes(InputStream in) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
      out.write(chunk, 0, read);
      out.flush();
      if (out.checkError()) {
        return;
      }
    }
  }

  private void lines(InputStream in, String prefix) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), CHUNK_BYTES);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      synchronized (out) {
        out.print(prefix + line + "\n");
        out.flush();
      }
    }
  }
}
