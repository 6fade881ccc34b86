/** kube-scheduler's configuration format (KubeSchedulerConfiguration v1), read as is. */
@NullMarked
package dev.wherry.scheduler.config;

import org.jspecify.annotations.NullMarked;
