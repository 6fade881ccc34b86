package dev.wherry.scheduler.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class SchedulerConfigFileTest {
  private static ProfileConfig profile(String profile) throws JsonProcessingException {
    String file =
        """
        {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
         "profiles": [%s]}
        """
            .formatted(profile);
    return SchedulerConfigFile.parse(new ObjectMapper().readTree(file)).profiles().getFirst();
  }

  @Test
  void parse_nothingSaid_isTheDefault() throws Exception {
    ProfileConfig read = profile("{}");

    assertEquals(ProfileConfig.Neighbours.DEFAULT, read.neighbours());
    assertEquals(new ProfileConfig.Preemption(10, 100), read.preemption().orElseThrow());
    assertTrue(read.filters().contains("InterPodAffinity"));
    assertEquals(2, read.scores().get("PodTopologySpread"));
  }

  @Test
  void parse_argsOfTheNeighbourPlugins_areRead() throws Exception {
    ProfileConfig read =
        profile(
            """
            {"pluginConfig": [
              {"name": "InterPodAffinity",
               "args": {"hardPodAffinityWeight": 7, "ignorePreferredTermsOfExistingPods": true}},
              {"name": "PodTopologySpread",
               "args": {"defaultingType": "List", "defaultConstraints": [
                 {"maxSkew": 3, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}]}},
              {"name": "DefaultPreemption",
               "args": {"minCandidateNodesPercentage": 50, "minCandidateNodesAbsolute": 4}}]}
            """);

    assertEquals(7, read.neighbours().hardAffinityWeight());
    assertTrue(read.neighbours().ignoresOthersPreferences());
    assertEquals(3, read.neighbours().spread().getFirst().skewMax());
    assertFalse(read.neighbours().spread().getFirst().required());
    assertEquals(new ProfileConfig.Preemption(50, 4), read.preemption().orElseThrow());
  }

  @Test
  void parse_spreadArgsWithoutType_isTheSystems() throws Exception {
    ProfileConfig read =
        profile(
            """
            {"pluginConfig": [{"name": "PodTopologySpread", "args": {}}]}
            """);

    assertTrue(read.neighbours().systemSpread());
  }

  @Test
  void parse_preemptionDisabled_isOff() throws Exception {
    ProfileConfig read =
        profile(
            """
            {"plugins": {"postFilter": {"disabled": [{"name": "DefaultPreemption"}]}}}
            """);

    assertTrue(read.preemption().isEmpty());
  }

  @Test
  void parse_wrongArgs_namesAll() {
    ConfigException complaint =
        assertThrows(
            ConfigException.class,
            () ->
                profile(
                    """
                    {"pluginConfig": [
                      {"name": "InterPodAffinity", "args": {"hardPodAffinityWeight": 101}},
                      {"name": "PodTopologySpread", "args": {"defaultingType": "Other"}}]}
                    """));

    assertEquals(2, complaint.complaints().size(), complaint.getMessage());
  }
}
