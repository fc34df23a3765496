import Commands

await NumawatchCommand.start()
