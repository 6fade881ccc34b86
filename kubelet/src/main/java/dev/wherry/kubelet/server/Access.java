package dev.wherry.kubelet.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.time.TimedCache;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Who may use the kubelet's server: the API server's own client (system:masters), and whoever the
 * API lets do it to one of the node's subresources that a path stands for (rule: kubelet
 * authorisation, fine-grained since 1.36). A yes holds for five minutes, a no for thirty seconds.
 */
final class Access {
  private static final System.Logger LOG = System.getLogger(Access.class.getName());
  private static final String PATH = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  private static final Duration YES_HOLDS = Duration.ofMinutes(5);
  private static final Duration NO_HOLDS = Duration.ofSeconds(30);
  private static final int ANSWERS_MAX = 1_024;

  private record Question(Caller caller, String verb, String subresource) {}

  private final Reviews api;
  private final String nodeName;
  private final TimedCache<Question, Boolean> answers;

  Access(Reviews api, String nodeName, InstantSource clock) {
    this.api = api;
    this.nodeName = nodeName;
    this.answers = new TimedCache<>(clock, ANSWERS_MAX);
  }

  /** Whether the caller may; asks the API for those who are not masters. Blocking. */
  boolean allows(Caller caller, String method, String path) {
    return caller.groups().contains(Caller.MASTERS)
        || subresources(path).stream()
            .anyMatch(subresource -> answer(new Question(caller, verb(method), subresource)));
  }

  private boolean answer(Question question) {
    Optional<Boolean> before = answers.get(question);
    if (before.isPresent()) {
      return before.get();
    }
    try {
      boolean allowed =
          api.ask(PATH, review(question)).path("status").path("allowed").asBoolean(false);
      answers.put(question, allowed, allowed ? YES_HOLDS : NO_HOLDS);
      return allowed;
    } catch (ApiException e) {
      LOG.log(
          Level.WARNING, "access review failed user={0}: {1}", question.caller().user(), e.text());
      return false;
    }
  }

  private ObjectNode review(Question question) {
    Caller caller = question.caller();
    ObjectNode review = Json.object();
    review.put("apiVersion", "authorization.k8s.io/v1").put("kind", "SubjectAccessReview");
    ObjectNode spec = review.putObject("spec").put("user", caller.user());
    if (!caller.uid().isEmpty()) {
      spec.put("uid", caller.uid());
    }
    caller.groups().forEach(spec.putArray("groups")::add);
    ObjectNode extra = spec.putObject("extra");
    caller.extra().forEach((name, values) -> values.forEach(extra.putArray(name)::add));
    spec.putObject("resourceAttributes")
        .put("group", "")
        .put("version", "v1")
        .put("resource", "nodes")
        .put("subresource", question.subresource())
        .put("name", nodeName)
        .put("verb", question.verb());
    return review;
  }

  /**
   * One of these must be allowed; what has a name of its own came out of proxy, which still does.
   */
  static List<String> subresources(String path) {
    int end = path.indexOf('/', 1);
    return switch (end < 0 ? path : path.substring(0, end)) {
      case "/stats" -> List.of("stats");
      case "/metrics" -> List.of("metrics");
      case "/logs" -> List.of("log");
      case "/checkpoint" -> List.of("checkpoint");
      case "/pods", "/runningpods" -> List.of("pods", "proxy");
      case "/healthz" -> List.of("healthz", "proxy");
      case "/configz" -> List.of("configz", "proxy");
      default -> List.of("proxy");
    };
  }

  private static String verb(String method) {
    return switch (method) {
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> "delete";
      default -> "get";
    };
  }
}
