package dev.wherry.scheduler.device;

import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.core.v1.NodeSelectorRequirement;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.DeviceAllocationConfiguration;
import dev.wherry.model.resource.v1.DeviceAllocationResult;
import dev.wherry.model.resource.v1.DeviceClaim;
import dev.wherry.model.resource.v1.DeviceClaimConfiguration;
import dev.wherry.model.resource.v1.DeviceClass;
import dev.wherry.model.resource.v1.DeviceClassConfiguration;
import dev.wherry.model.resource.v1.DeviceRequestAllocationResult;
import dev.wherry.scheduler.device.ClaimAsk.Wanted;
import dev.wherry.scheduler.device.DeviceSearch.Taken;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was found for a claim, in the form of its status. */
final class AllocationForm {
  private static final String FROM_CLASS = "FromClass";
  private static final String FROM_CLAIM = "FromClaim";

  private AllocationForm() {}

  static AllocationResult of(ClaimAsk ask, List<Taken> taken) {
    List<DeviceRequestAllocationResult> results = new ArrayList<>();
    for (Taken one : taken) {
      results.add(
          DeviceRequestAllocationResult.builder()
              .request(one.wanted().ask().fullName())
              .driver(one.candidate().id().driver())
              .pool(one.candidate().id().pool())
              .device(one.candidate().id().device())
              .adminAccess(one.wanted().ask().admin() ? Boolean.TRUE : null)
              .tolerations(one.wanted().ask().tolerations())
              .build());
    }
    return AllocationResult.builder()
        .devices(
            DeviceAllocationResult.builder()
                .results(results)
                .config(configuration(ask, taken))
                .build())
        .nodeSelector(selector(taken))
        .build();
  }

  /** The classes' first, each once for all requests of the class. */
  private static List<DeviceAllocationConfiguration> configuration(
      ClaimAsk ask, List<Taken> taken) {
    List<DeviceAsk> chosen = new ArrayList<>();
    Map<String, List<String>> requests = new LinkedHashMap<>();
    Map<String, DeviceClass> classes = new LinkedHashMap<>();
    for (List<Wanted> alternatives : ask.requests()) {
      chosen(alternatives, taken)
          .ifPresent(wanted -> {
            chosen.add(wanted.ask());
            String name = wanted.deviceClass().metadata().name();
            classes.put(name, wanted.deviceClass());
            requests.computeIfAbsent(name, n -> new ArrayList<>()).add(wanted.ask().fullName());
          });
    }
    List<DeviceAllocationConfiguration> all = new ArrayList<>();
    classes.forEach((name, deviceClass) -> {
      for (DeviceClassConfiguration one : deviceClass.spec().config()) {
        List<String> meant = requests.getOrDefault(name, List.of());
        boolean everyone = meant.size() == ask.requests().size();
        all.add(
            DeviceAllocationConfiguration.builder()
                .source(FROM_CLASS)
                .requests(everyone ? List.of() : meant)
                .opaque(one.opaque())
                .build());
      }
    });
    DeviceClaim devices = ask.claim().spec().devices();
    if (devices != null) {
      devices.config().forEach(one -> add(one, chosen, ask.requests().size(), all));
    }
    return all;
  }

  private static void add(
      DeviceClaimConfiguration one,
      List<DeviceAsk> chosen,
      int requests,
      List<DeviceAllocationConfiguration> all) {
    if (chosen.stream().anyMatch(ask -> ask.isAmong(one.requests()))) {
      all.add(
          DeviceAllocationConfiguration.builder()
              .source(FROM_CLAIM)
              .requests(one.requests().size() == requests ? List.of() : one.requests())
              .opaque(one.opaque())
              .build());
    }
  }

  /** The alternative that was taken; the only one where there is no choice. */
  private static Optional<Wanted> chosen(List<Wanted> alternatives, List<Taken> taken) {
    if (alternatives.size() == 1) {
      return Optional.of(alternatives.getFirst());
    }
    return taken.stream().map(Taken::wanted).filter(alternatives::contains).findFirst();
  }

  /** Where the devices can be used; null for everywhere. */
  private static @Nullable NodeSelector selector(List<Taken> taken) {
    List<NodeSelectorRequirement> labels = new ArrayList<>();
    List<NodeSelectorRequirement> fields = new ArrayList<>();
    for (Taken one : taken) {
      Candidate candidate = one.candidate();
      boolean own = candidate.saysWhere();
      String node = own ? candidate.device().nodeName() : candidate.slice().spec().nodeName();
      NodeSelector selector =
          own ? candidate.device().nodeSelector() : candidate.slice().spec().nodeSelector();
      if (!node.isEmpty()) {
        return terms(
            List.of(),
            List.of(
                NodeSelectorRequirement.builder()
                    .key("metadata.name")
                    .operator("In")
                    .values(List.of(node))
                    .build()));
      }
      if (selector != null && !selector.nodeSelectorTerms().isEmpty()) {
        NodeSelectorTerm term = selector.nodeSelectorTerms().getFirst();
        addNew(term.matchExpressions(), labels);
        addNew(term.matchFields(), fields);
      }
    }
    return labels.isEmpty() && fields.isEmpty() ? null : terms(labels, fields);
  }

  private static NodeSelector terms(
      List<NodeSelectorRequirement> labels, List<NodeSelectorRequirement> fields) {
    NodeSelectorTerm term =
        NodeSelectorTerm.builder().matchExpressions(labels).matchFields(fields).build();
    return NodeSelector.builder().nodeSelectorTerms(List.of(term)).build();
  }

  private static void addNew(List<NodeSelectorRequirement> some, List<NodeSelectorRequirement> to) {
    for (NodeSelectorRequirement one : some) {
      boolean known =
          to.stream()
              .anyMatch(other ->
                  other.key().equals(one.key())
                      && other.operator().equals(one.operator())
                      && new HashSet<>(other.values()).equals(new HashSet<>(one.values())));
      if (!known) {
        to.add(one);
      }
    }
  }
}
