/* SPDX-License-Identifier: ISC */
/*
 * Folders that came with the running program: those of the build when it runs in the tree where it was built, else those beside which it was
 * installed, wherever that is. The program's own path decides, so that a build never runs the plugins of an installation.
 * The texts are the same for the life of the process; loop thread only.
 */
#ifndef AGENT_CONFIG_FOLDER_H
#define AGENT_CONFIG_FOLDER_H

const char *folder_of_plugins(void);
const char *folder_of_profiles(void);

#endif
