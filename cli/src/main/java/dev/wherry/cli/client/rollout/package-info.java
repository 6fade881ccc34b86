/**
 * The rollouts of Deployments, DaemonSets and StatefulSets: how far they are, their history, back,
 * stop, go on, restart. One command's thread; imported by {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.rollout;

import org.jspecify.annotations.NullMarked;
