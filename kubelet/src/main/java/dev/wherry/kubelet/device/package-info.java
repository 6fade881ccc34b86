/**
 * Device plugins: how they register, what they have, which device a container gets, and what of it
 * comes into its configuration (rule: upstream's devicemanager, deviceplugin v1beta1). The book is
 * safe for many threads, each plugin is listened to by a virtual thread of its own. For the kubelet
 * only.
 */
@NullMarked
package dev.wherry.kubelet.device;

import org.jspecify.annotations.NullMarked;
