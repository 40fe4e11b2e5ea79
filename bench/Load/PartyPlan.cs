namespace Relay.Bench.Load;

/// <summary>What the clients of many documents do.</summary>
/// <param name="Documents">How many.</param>
/// <param name="Clients">Of each document.</param>
/// <param name="Rate">Updates a second, of all.</param>
/// <param name="WarmUp">Seconds that do not count.</param>
/// <param name="Seconds">Seconds that do.</param>
/// <param name="Seed">Of the times.</param>
/// <param name="Presence">Presence updates a second, of all.</param>
internal sealed record PartyPlan(int Documents, int Clients, double Rate, double WarmUp, double Seconds, int Seed,
    double Presence = 0);
