package dev.wherry.controllers;

import dev.wherry.controllers.apiservice.KubernetesService;
import dev.wherry.controllers.autoscaling.AutoscalerController;
import dev.wherry.controllers.balancer.NodeBalancer;
import dev.wherry.controllers.cronjob.CronJobController;
import dev.wherry.controllers.csr.CertificateRequests;
import dev.wherry.controllers.csr.CertificateSigner;
import dev.wherry.controllers.daemonset.DaemonSetController;
import dev.wherry.controllers.deployment.DeploymentController;
import dev.wherry.controllers.device.DeviceTaintEviction;
import dev.wherry.controllers.device.PodClaims;
import dev.wherry.controllers.device.ReleasedClaims;
import dev.wherry.controllers.disruption.DisruptionController;
import dev.wherry.controllers.disruption.StaleDisruptions;
import dev.wherry.controllers.dns.ClusterDnsService;
import dev.wherry.controllers.endpoints.ServiceEndpoints;
import dev.wherry.controllers.ipam.NodeIpam;
import dev.wherry.controllers.job.FinishedJobs;
import dev.wherry.controllers.job.JobController;
import dev.wherry.controllers.mirroring.SliceMirroring;
import dev.wherry.controllers.namespace.NamespaceDeletion;
import dev.wherry.controllers.namespace.SystemNamespaces;
import dev.wherry.controllers.node.NodeLifecycle;
import dev.wherry.controllers.node.TaintEviction;
import dev.wherry.controllers.ownership.GarbageCollector;
import dev.wherry.controllers.podgc.PodGarbage;
import dev.wherry.controllers.replicaset.ReplicaController;
import dev.wherry.controllers.roles.RoleAggregation;
import dev.wherry.controllers.serviceaccount.NamespaceFurniture;
import dev.wherry.controllers.servicecidr.AddressUpkeep;
import dev.wherry.controllers.servicecidr.ServiceCidrs;
import dev.wherry.controllers.statefulset.StatefulSetController;
import dev.wherry.controllers.token.BootstrapTokenCleaner;
import dev.wherry.controllers.token.ClusterInfo;
import dev.wherry.controllers.volume.AttributesClassProtection;
import dev.wherry.controllers.volume.ClaimExpansion;
import dev.wherry.controllers.volume.ClaimProtection;
import dev.wherry.controllers.volume.EphemeralClaims;
import dev.wherry.controllers.volume.LocalPathProvisioner;
import dev.wherry.controllers.volume.VolumeAttachments;
import dev.wherry.controllers.volume.VolumeBinder;
import dev.wherry.controllers.volume.VolumeProtection;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.loop.Applier;
import dev.wherry.machinery.queue.NamedQueues;
import dev.wherry.machinery.queue.QueueFigures;
import dev.wherry.machinery.time.Timer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All controllers of the cluster, over one client and one set of informers. */
public final class Controllers implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Controllers.class.getName());

  /** How often a start that waits for its informers says so. */
  private static final Duration SYNC_PATIENCE = Duration.ofSeconds(30);

  private final Informers informers;
  private final NamedQueues queues = new NamedQueues();
  private final EventRecorder events;
  private final List<EventRecorder> recorders = new ArrayList<>();
  private final List<Controller> controllers;
  private final Thread starter;

  private Controllers(
      ControllerClients clients, ControllersConfig config, CertificateSigner signer, Timer timer) {
    informers = new Informers(clients.manager(), timer);
    events = EventRecorder.start(clients.manager(), "controllermanager", "", timer);
    Parts server = parts(clients.apiServer(), timer);
    ApiClient nodes = clients.controller("node-controller");
    Parts daemons = workload(clients, "daemon-set-controller", "daemonset-controller", timer);
    Parts budgets = workload(clients, "disruption-controller", "controllermanager", timer);
    ApiClient garbage = clients.controller("generic-garbage-collector");
    Parts accounts = parts(clients.controller("service-account-controller"), timer);
    Parts rootCa = parts(clients.controller("root-ca-cert-publisher"), timer);
    Parts slices =
        workload(clients, "endpointslice-controller", "endpoint-slice-controller", timer);
    Parts endpoints = workload(clients, "endpoint-controller", timer);
    Parts certificates = parts(clients.controller("certificate-controller"), timer);
    List<Controller> all = new ArrayList<>();
    all.addAll(
        List.of(
            new SystemNamespaces(server),
            new KubernetesService(server, config),
            new ServiceCidrs(parts(clients.controller("service-cidrs-controller"), timer)),
            new AddressUpkeep(server),
            new ClusterDnsService(server, config.clusterDnsIp()),
            new NamespaceFurniture(accounts, rootCa, config.rootCaPem()),
            new NodeIpam(reporting(nodes, "cidrAllocator", timer), config),
            new NodeLifecycle(reporting(nodes, "node-controller", timer), config),
            new TaintEviction(reporting(nodes, "taint-eviction-controller", timer)),
            new PodGarbage(parts(clients.controller("pod-garbage-collector"), timer), config),
            new CertificateRequests(certificates, signer, config),
            new BootstrapTokenCleaner(parts(clients.controller("token-cleaner"), timer)),
            new ClusterInfo(server, parts(clients.controller("bootstrap-signer"), timer), config),
            new ServiceEndpoints(slices, endpoints),
            new SliceMirroring(
                reporting(
                    clients.controller("endpointslicemirroring-controller"),
                    "endpoint-slice-mirroring-controller",
                    timer)),
            new RoleAggregation(
                parts(clients.controller("clusterrole-aggregation-controller"), timer)),
            ReplicaController.ofSets(workload(clients, "replicaset-controller", timer)),
            ReplicaController.ofControllers(workload(clients, "replication-controller", timer)),
            new DeploymentController(workload(clients, "deployment-controller", timer)),
            new StatefulSetController(workload(clients, "statefulset-controller", timer)),
            new DaemonSetController(daemons),
            new JobController(workload(clients, "job-controller", timer)),
            new CronJobController(workload(clients, "cronjob-controller", timer)),
            new FinishedJobs(parts(clients.controller("ttl-after-finished-controller"), timer)),
            new AutoscalerController(workload(clients, "horizontal-pod-autoscaler", timer), config),
            new DisruptionController(budgets),
            new StaleDisruptions(budgets),
            new NamespaceDeletion(parts(clients.controller("namespace-controller"), timer)),
            new GarbageCollector(reporting(garbage, "garbage-collector-controller", timer))));
    all.addAll(volumes(clients, config, timer));
    Parts devices = workload(clients, "resource-claim-controller", "resource_claim", timer);
    all.addAll(
        List.of(
            new PodClaims(devices),
            new ReleasedClaims(devices),
            new DeviceTaintEviction(workload(clients, "device-taint-eviction-controller", timer))));
    if (config.choices().builtIns().loadBalancer()) {
      all.add(
          new NodeBalancer(
              workload(clients, "service-controller", timer),
              config.apiServerPort(),
              config.choices().builtIns().pool()));
    }
    controllers = List.copyOf(all);
    starter = Thread.ofVirtual().name("controllers").unstarted(this::run);
  }

  private List<Controller> volumes(
      ControllerClients clients, ControllersConfig config, Timer timer) {
    ApiClient binder = clients.controller("persistent-volume-binder");
    List<Controller> all = new ArrayList<>();
    all.add(new VolumeBinder(reporting(binder, "persistentvolume-controller", timer)));
    all.add(new ClaimProtection(parts(clients.controller("pvc-protection-controller"), timer)));
    all.add(new VolumeProtection(parts(clients.controller("pv-protection-controller"), timer)));
    String attributes = "volumeattributesclass-protection-controller";
    all.add(new AttributesClassProtection(parts(clients.controller(attributes), timer)));
    ApiClient ephemeral = clients.controller("ephemeral-volume-controller");
    all.add(new EphemeralClaims(reporting(ephemeral, "ephemeral_volume", timer)));
    ApiClient expander = clients.controller("expand-controller");
    all.add(new ClaimExpansion(reporting(expander, "volume_expand", timer)));
    ApiClient attacher = clients.controller("attachdetach-controller");
    all.add(new VolumeAttachments(reporting(attacher, "attachdetach-controller", timer)));
    if (config.choices().builtIns().localPath()) {
      all.add(new LocalPathProvisioner(workload(clients, "local-path-provisioner", timer)));
    }
    return all;
  }

  private Parts parts(ApiClient client, Timer timer) {
    return parts(client, events, timer);
  }

  private Parts parts(ApiClient client, EventRecorder recorder, Timer timer) {
    Applier applier = new Applier(client, recorder);
    return new Parts(client, informers, recorder, applier, timer, Batches.concurrent(), queues);
  }

  /** A controller of workloads reports under its own name, as users know it from upstream. */
  private Parts workload(ControllerClients clients, String name, Timer timer) {
    return workload(clients, name, name, timer);
  }

  private Parts workload(ControllerClients clients, String name, String component, Timer timer) {
    return reporting(clients.controller(name), component, timer);
  }

  private Parts reporting(ApiClient client, String component, Timer timer) {
    EventRecorder recorder = EventRecorder.start(client, component, "", timer);
    recorders.add(recorder);
    return parts(client, recorder, timer);
  }

  /**
   * Makes the system's namespaces and the storage class, so that a client may use them at once, and
   * starts all controllers; each begins to work when the informers have seen what is there.
   *
   * @param signer signs the kubelets' certificates
   */
  public static Controllers start(
      ControllerClients clients, ControllersConfig config, CertificateSigner signer, Timer timer) {
    SystemNamespaces.provide(clients.apiServer());
    if (config.choices().builtIns().localPath()) {
      LocalPathProvisioner.provideClass(clients.apiServer());
    }
    Controllers all = new Controllers(clients, config, signer, timer);
    all.starter.start();
    return all;
  }

  /** What the queues of the controllers have done, by name. */
  public Map<String, QueueFigures> queues() {
    return queues.figures();
  }

  private void run() {
    try {
      informers.start();
      while (!informers.awaitSynced(SYNC_PATIENCE)) {
        LOG.log(Level.WARNING, "controllers wait for the API server");
      }
      controllers.forEach(Controller::start);
    } catch (InterruptedException closed) {
      // Closed before the work began.
    }
  }

  /** Ends in the reverse order of the start. */
  @Override
  public void close() {
    starter.interrupt();
    controllers.reversed().forEach(Controller::close);
    informers.close();
    recorders.forEach(EventRecorder::close);
    events.close();
  }
}
