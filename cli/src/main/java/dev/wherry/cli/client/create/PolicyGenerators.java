package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.Quantity;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The generators of budgets, classes and quotas. */
final class PolicyGenerators {
  private PolicyGenerators() {}

  /** {@code create poddisruptionbudget}. */
  @Command(
      name = "poddisruptionbudget",
      aliases = "pdb",
      description = "Create a pod disruption budget.",
      mixinStandardHelpOptions = true)
  static final class OfDisruptionBudget extends Generator {
    private static final Pattern AMOUNT = Pattern.compile("[0-9]+%?");

    @Option(names = "--min-available", description = "A number or a percentage.")
    private String minimum = "";

    @Option(names = "--max-unavailable", description = "A number or a percentage.")
    private String maximum = "";

    @Option(names = "--selector", description = "The labels of the pods.")
    private String selector = "";

    OfDisruptionBudget(Streams streams) {
      super(streams);
    }

    @Override
    String failure() {
      return "failed to create poddisruptionbudgets: ";
    }

    @Override
    ObjectNode object(Session session) {
      ObjectNode budget = Generated.object("policy/v1", "PodDisruptionBudget", name());
      check();
      ObjectNode spec = budget.putObject("spec");
      boolean least = !minimum.isEmpty();
      amount(spec, least ? "minAvailable" : "maxUnavailable", least ? minimum : maximum);
      ObjectNode labels = spec.putObject("selector").putObject("matchLabels");
      for (String term : selector.split(",", -1)) {
        String[] pair = term.split("==|=", 2);
        if (pair.length != 2) {
          throw ClientException.error("couldn't parse the selector string \"" + selector + "\"");
        }
        labels.put(pair[0].strip(), pair[1].strip());
      }
      budget
          .putObject("status")
          .put("currentHealthy", 0)
          .put("desiredHealthy", 0)
          .put("disruptionsAllowed", 0)
          .put("expectedPods", 0);
      return budget;
    }

    private static void amount(ObjectNode spec, String field, String text) {
      if (text.endsWith("%")) {
        spec.put(field, text);
      } else {
        spec.put(field, Integer.parseInt(text));
      }
    }

    private void check() {
      if (selector.isEmpty()) {
        throw ClientException.error("a selector must be specified");
      }
      if (minimum.isEmpty() && maximum.isEmpty()) {
        throw ClientException.error("one of min-available or max-unavailable must be specified");
      }
      if (!minimum.isEmpty() && !maximum.isEmpty()) {
        throw ClientException.error("min-available and max-unavailable cannot be both specified");
      }
      if (!minimum.isEmpty() && !AMOUNT.matcher(minimum).matches()) {
        throw ClientException.error("invalid format specified for min-available");
      }
      if (!maximum.isEmpty() && !AMOUNT.matcher(maximum).matches()) {
        throw ClientException.error("invalid format specified for max-unavailable");
      }
    }
  }

  /** {@code create priorityclass}. */
  @Command(
      name = "priorityclass",
      aliases = "pc",
      description = "Create a priority class.",
      mixinStandardHelpOptions = true)
  static final class OfPriorityClass extends Generator {
    @Option(names = "--value", description = "The priority.")
    private int value;

    @Option(
        names = "--global-default",
        arity = "0..1",
        fallbackValue = "true",
        description = "Pods without a class get this one.")
    private boolean globalDefault;

    @Option(names = "--description", description = "What the class is for.")
    private String purpose = "";

    @Option(names = "--preemption-policy", description = "PreemptLowerPriority or Never.")
    private String preemption = "PreemptLowerPriority";

    OfPriorityClass(Streams streams) {
      super(streams);
    }

    @Override
    String failure() {
      return "failed to create priorityclass: ";
    }

    @Override
    ObjectNode object(Session session) {
      ObjectNode priority = Generated.object("scheduling.k8s.io/v1", "PriorityClass", name());
      if (!purpose.isEmpty()) {
        priority.put("description", purpose);
      }
      if (globalDefault) {
        priority.put("globalDefault", true);
      }
      return priority.put("preemptionPolicy", preemption).put("value", value);
    }
  }

  /** {@code create quota}. */
  @Command(
      name = "quota",
      aliases = "resourcequota",
      description = "Create a quota of a namespace.",
      mixinStandardHelpOptions = true)
  static final class OfQuota extends Generator {
    @Option(names = "--hard", description = "The limits, such as pods=4,memory=1Gi.")
    private String hard = "";

    @Option(names = "--scopes", description = "What is counted, such as BestEffort.")
    private String scopes = "";

    OfQuota(Streams streams) {
      super(streams);
    }

    @Override
    String failure() {
      return "failed to create quota: ";
    }

    @Override
    ObjectNode object(Session session) {
      ObjectNode quota = Generated.object("v1", "ResourceQuota", name());
      ObjectNode spec = quota.putObject("spec");
      if (!hard.isEmpty()) {
        ObjectNode limits = spec.putObject("hard");
        for (String part : hard.split(",", -1)) {
          String[] pair = part.split("=", -1);
          if (pair.length != 2) {
            throw ClientException.error(
                "Invalid argument syntax " + part + ", expected <resource>=<value>");
          }
          limits.put(pair[0], quantity(pair[1]));
        }
      }
      if (!scopes.isEmpty()) {
        ArrayNode list = spec.putArray("scopes");
        for (String scope : scopes.split(",", -1)) {
          if (scope.isEmpty()) {
            throw ClientException.error("invalid resource quota scope \"\"");
          }
          list.add(scope);
        }
      }
      quota.putObject("status");
      return quota;
    }

    private static String quantity(String text) {
      try {
        return Quantity.parse(text).toString();
      } catch (IllegalArgumentException e) {
        throw ClientException.error(
            "quantities must match the regular expression"
                + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
      }
    }
  }
}
