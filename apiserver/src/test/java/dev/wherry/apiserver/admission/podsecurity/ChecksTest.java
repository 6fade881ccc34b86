package dev.wherry.apiserver.admission.podsecurity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.admission.podsecurity.Check.Finding;
import dev.wherry.apiserver.admission.podsecurity.Standard.Level;
import dev.wherry.model.json.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksTest {
  private static String findings(Standard standard, String spec) {
    JsonNode tree = Yaml.parse(("spec: " + spec).getBytes(StandardCharsets.UTF_8)).tree();
    return Checks.findings(standard, Pod.of(tree)).stream()
        .map(Finding::toString)
        .collect(Collectors.joining(", "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {containers: [{name: a}]} | ``
          {hostNetwork: true, hostPID: true} | host namespaces (hostNetwork=true, hostPID=true)
          {containers: [{name: a, securityContext: {privileged: true}}]} | privileged (container "a" must not set securityContext.privileged=true)
          {containers: [{name: a, securityContext: {capabilities: {add: [SYS_ADMIN, KILL]}}}, {name: b, securityContext: {capabilities: {add: [NET_RAW]}}}]} | non-default capabilities (containers "a", "b" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)
          {volumes: [{name: v, hostPath: {path: /}}]} | hostPath volumes (volume "v")
          {containers: [{name: a, ports: [{hostPort: 80}, {hostPort: 81}]}]} | hostPort (container "a" uses hostPorts 80, 81)
          {securityContext: {seLinuxOptions: {type: x, user: u}}} | seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "x"; user may not be set)
          {securityContext: {seccompProfile: {type: Unconfined}}, containers: [{name: a, securityContext: {seccompProfile: {type: Unconfined}}}]} | seccompProfile (pod and container "a" must not set securityContext.seccompProfile.type to "Unconfined")
          {securityContext: {sysctls: [{name: kernel.msgmax}, {name: net.ipv4.tcp_rmem}]}} | forbidden sysctls (kernel.msgmax)
          {containers: [{name: a, livenessProbe: {httpGet: {host: x}}}]} | probe or lifecycle host (container "a" uses probe or lifecycle host "x")
          {securityContext: {appArmorProfile: {type: Unconfined}}} | forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")
          {containers: [{name: a, securityContext: {procMount: Unmasked}}]} | procMount (container "a" must not set securityContext.procMount to "Unmasked")
          {hostUsers: false, containers: [{name: a, securityContext: {procMount: Unmasked}}]} | ``
          """)
  void baseline_findsWhatIsNotAllowed(String spec, String expected) {
    assertEquals(expected, findings(new Standard(Level.BASELINE, Standard.LATEST), spec));
  }

  @Test
  void restricted_ofPlainPod_saysAllThatIsMissing() {
    assertEquals(
        "allowPrivilegeEscalation != false (container \"a\" must set"
            + " securityContext.allowPrivilegeEscalation=false), unrestricted capabilities"
            + " (container \"a\" must set securityContext.capabilities.drop=[\"ALL\"]),"
            + " restricted volume types (volume \"v\" uses restricted volume type \"hostPath\"),"
            + " runAsNonRoot != true (pod or container \"a\" must set"
            + " securityContext.runAsNonRoot=true), seccompProfile (pod or container \"a\" must set"
            + " securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
        findings(
            new Standard(Level.RESTRICTED, Standard.LATEST),
            "{containers: [{name: a}], volumes: [{name: v, hostPath: {path: /}}]}"));
  }

  @Test
  void restricted_ofModestPod_isFulfilled() {
    String spec =
        "{securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers:"
            + " [{name: a, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop:"
            + " [ALL]}}}], volumes: [{name: v, emptyDir: {}}]}";
    assertEquals("", findings(new Standard(Level.RESTRICTED, Standard.LATEST), spec));
  }

  @Test
  void versions_haveTheirOwnChecks() {
    String sysctl = "{securityContext: {sysctls: [{name: net.ipv4.tcp_rmem}]}}";
    assertEquals("", findings(new Standard(Level.BASELINE, 32), sysctl));
    assertEquals(
        "forbidden sysctls (net.ipv4.tcp_rmem)",
        findings(new Standard(Level.BASELINE, 31), sysctl));
  }
}
