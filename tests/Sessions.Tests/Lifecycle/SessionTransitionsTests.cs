namespace Relay.Sessions;

/// <summary>Every stage with every event.</summary>
public sealed class SessionTransitionsTests
{
    /// <summary>All that may happen; every pair of a stage and an event that is not named here may not.</summary>
    private static readonly Dictionary<(SessionStage, SessionEvent), SessionStage> Allowed = new()
    {
        [(SessionStage.Loading, SessionEvent.Loaded)] = SessionStage.Live,
        [(SessionStage.Loading, SessionEvent.Joined)] = SessionStage.Loading,
        [(SessionStage.Loading, SessionEvent.Failed)] = SessionStage.Closed,
        [(SessionStage.Live, SessionEvent.Joined)] = SessionStage.Live,
        [(SessionStage.Live, SessionEvent.IdleTimeEnded)] = SessionStage.Draining,
        [(SessionStage.Live, SessionEvent.Failed)] = SessionStage.Closed,
        [(SessionStage.Draining, SessionEvent.Joined)] = SessionStage.Live,
        [(SessionStage.Draining, SessionEvent.Settled)] = SessionStage.Leaving,
        [(SessionStage.Draining, SessionEvent.Failed)] = SessionStage.Closed,
        [(SessionStage.Leaving, SessionEvent.Joined)] = SessionStage.Leaving,
        [(SessionStage.Leaving, SessionEvent.Relisted)] = SessionStage.Live,
        [(SessionStage.Leaving, SessionEvent.Left)] = SessionStage.Closed,
        [(SessionStage.Leaving, SessionEvent.Failed)] = SessionStage.Closed,
        [(SessionStage.Closed, SessionEvent.Joined)] = SessionStage.Closed,
        [(SessionStage.Closed, SessionEvent.Failed)] = SessionStage.Closed,
    };

    [Fact]
    public void Each_event_leads_each_stage_where_the_table_says_or_is_not_allowed()
    {
        foreach (var stage in Enum.GetValues<SessionStage>())
        {
            foreach (var happened in Enum.GetValues<SessionEvent>())
            {
                SessionStage? expected = Allowed.TryGetValue((stage, happened), out var next) ? next : null;
                Assert.True(expected == SessionTransitions.Next(stage, happened), $"{stage} with {happened}");
            }
        }
    }

    [Fact]
    public void Every_stage_can_be_reached_and_can_end()
    {
        var reached = new HashSet<SessionStage> { SessionStage.Loading };
        for (var before = 0; reached.Count > before;)
        {
            before = reached.Count;
            reached.UnionWith(Allowed.Where(cell => reached.Contains(cell.Key.Item1)).Select(cell => cell.Value));
        }

        Assert.Equal(Enum.GetValues<SessionStage>().Length, reached.Count);
        Assert.All(
            reached,
            stage => Assert.Equal(SessionStage.Closed, SessionTransitions.Next(stage, SessionEvent.Failed)));
    }
}
