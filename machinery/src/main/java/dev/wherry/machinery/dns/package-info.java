/**
 * What agents and controllers agree on about the cluster's DNS: how an agent says where it answers.
 * Pure; imported by {@code network}, {@code controllers} and the composition roots.
 */
@NullMarked
package dev.wherry.machinery.dns;

import org.jspecify.annotations.NullMarked;
