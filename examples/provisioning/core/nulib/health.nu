# Talks to the health servers of orchestrator, control-center and mcp-server.

export def ask [address: string] {
  http get --max-time 5sec $"http://($address)/health"
}
