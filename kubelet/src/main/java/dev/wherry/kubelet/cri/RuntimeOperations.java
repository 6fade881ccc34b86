package dev.wherry.kubelet.cri;

import dev.wherry.machinery.figures.Histogram;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

/**
 * Counts and times the calls of a runtime, by upstream's names for them (rule: kubelet
 * kuberuntime/instrumented_services). Streams, which end with the agent, are left out. Any thread.
 */
public final class RuntimeOperations implements ClientInterceptor {
  /** Upstream's: from 5 ms in steps of two and a half. */
  private static final int BUCKETS = 14;

  private static final double SHORTEST_SECONDS = 0.005;
  private static final double STEP = 2.5;
  private static final Pattern WORD = Pattern.compile("(?<=[a-z])(?=[A-Z])");

  private final Map<String, Counted> operations = new ConcurrentHashMap<>();

  /**
   * Calls of one operation.
   *
   * @param took of those that failed too
   */
  public record Counted(Histogram took, LongAdder failed) {}

  /** By their names, such as {@code run_podsandbox}. */
  public Map<String, Counted> operations() {
    return new TreeMap<>(operations);
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    ClientCall<Q, A> call = next.newCall(method, options);
    if (method.getType() != MethodDescriptor.MethodType.UNARY) {
      return call;
    }
    // The names are those of the contract's methods: there are some thirty.
    Counted counted =
        operations.computeIfAbsent(
            name(String.valueOf(method.getBareMethodName())),
            _ -> new Counted(Histogram.ofSeconds(buckets()), new LongAdder()));
    return new SimpleForwardingClientCall<>(call) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        long began = System.nanoTime();
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                counted.took().add(System.nanoTime() - began);
                if (!status.isOk()) {
                  counted.failed().increment();
                }
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  /** Upstream writes a sandbox as one word, and of two more methods not all of the name. */
  static String name(String method) {
    return switch (method) {
      case "UpdateContainerResources" -> "update_container";
      case "ImageFsInfo" -> "image_fs_info";
      default ->
          WORD.matcher(method)
              .replaceAll("_")
              .toLowerCase(Locale.ROOT)
              .replace("pod_sandbox", "podsandbox");
    };
  }

  private static double[] buckets() {
    double[] seconds = new double[BUCKETS];
    double bound = SHORTEST_SECONDS;
    for (int i = 0; i < BUCKETS; i++) {
      seconds[i] = bound;
      bound *= STEP;
    }
    return seconds;
  }
}
