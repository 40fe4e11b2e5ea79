using Relay.Sockets.WebSockets;

namespace Relay.Sockets;

/// <summary>Every stage of a socket's end with every event.</summary>
public sealed class ClosingTransitionsTests
{
    private static readonly Dictionary<(ClosingStage, ClosingEvent), ClosingStage> Table = new()
    {
        [(ClosingStage.Open, ClosingEvent.NodeCloses)] = ClosingStage.Closing,
        [(ClosingStage.Open, ClosingEvent.ClientCloses)] = ClosingStage.Closing,
        [(ClosingStage.Open, ClosingEvent.Ends)] = ClosingStage.Ended,
        [(ClosingStage.Closing, ClosingEvent.NodeCloses)] = ClosingStage.Closing,
        [(ClosingStage.Closing, ClosingEvent.ClientCloses)] = ClosingStage.Closing,
        [(ClosingStage.Closing, ClosingEvent.Ends)] = ClosingStage.Ended,
        [(ClosingStage.Ended, ClosingEvent.NodeCloses)] = ClosingStage.Ended,
        [(ClosingStage.Ended, ClosingEvent.ClientCloses)] = ClosingStage.Ended,
        [(ClosingStage.Ended, ClosingEvent.Ends)] = ClosingStage.Ended,
    };

    [Fact]
    public void Each_event_leads_each_stage_where_the_table_says()
    {
        foreach (var stage in Enum.GetValues<ClosingStage>())
        {
            foreach (var happened in Enum.GetValues<ClosingEvent>())
            {
                Assert.True(
                    Table[(stage, happened)] == ClosingTransitions.Next(stage, happened), $"{stage} with {happened}");
            }
        }
    }
}
